using ProxSharp.Ids;

namespace ProxSharp.Pbs.Backups;

/// <summary>Reads snapshots as logs name them, with their namespaces in front.</summary>
internal static class SnapshotText
{
    /// <summary>Reads a name.</summary>
    /// <returns>The namespace, and the snapshot; null if the text names none.</returns>
    public static (BackupNamespace Namespace, BackupSnapshotPath? Snapshot) Read(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length < 3)
        {
            return (BackupNamespace.Root, null);
        }

        // Proxmox: the namespace ends with a slash or a colon, and has "ns" before each of its names or not.
        string type = parts[^3][(parts[^3].LastIndexOf(':') + 1)..];
        string before = string.Join('/', [.. parts[..^3], parts[^3][..^type.Length].TrimEnd(':')]).Trim('/');
        return BackupSnapshotPath.TryParse($"{type}/{parts[^2]}/{parts[^1]}", out BackupSnapshotPath snapshot)
            && BackupNamespace.TryParse(Plain(before), out BackupNamespace ns)
                ? (ns, snapshot)
                : (BackupNamespace.Root, null);
    }

    private static string Plain(string path)
    {
        string[] names = path.Split('/');
        bool isStorePath = names.Length % 2 == 0 && Enumerable.Range(0, names.Length / 2).All(i => names[2 * i] == "ns");
        return isStorePath ? string.Join('/', names.Where(static (_, i) => i % 2 == 1)) : path;
    }
}
