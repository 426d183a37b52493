using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Storage;

/// <summary>
/// What a node shows of a backup on a backup server, one level at a time: a small tree, in the archive of a container, or on the first partition of a machine's
/// disk.
/// </summary>
internal static class BackupFiles
{
    private const char Folder = 'd';
    private const char Virtual = 'v';

    private static readonly SampleFile[] s_tree =
    [
        new("etc/hostname", 'f', 9), new("etc/hosts", 'f', 187), new("etc/localtime", 'l', 0), new("home/admin/notes.txt", 'f', 2_048),
        new("srv/data.db", 'f', 65_536), new("var/log/syslog", 'f', 40_960),
    ];

    /// <summary>Lists a folder.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="filePath">The folder: <c>/</c>, or its path in Base64.</param>
    /// <exception cref="ApiFault">There is no such folder.</exception>
    public static JsonArray List(Volume backup, string filePath)
    {
        bool isMachine = backup.Name.StartsWith("backup/vm/", StringComparison.Ordinal);
        string root = isMachine ? "drive-scsi0.img.fidx" : "root.pxar.didx";
        string above = isMachine ? $"{root}/part/1" : root;
        string folder = Decode(filePath).Trim('/');
        string prefix = folder.Length == 0 ? "" : folder + "/";
        Dictionary<string, JsonObject> entries = new(StringComparer.Ordinal);
        foreach ((string below, char type, long size) in s_tree)
        {
            string path = $"{above}/{below}";
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                int end = path.IndexOf('/', prefix.Length);
                string entry = end < 0 ? path : path[..end];
                char kind = end < 0 ? type : isMachine && above.StartsWith(entry, StringComparison.Ordinal) ? Virtual : Folder;
                entries.TryAdd(entry, Entry(entry, kind, kind == 'f' ? size : entry == root ? backup.Size : null, backup.Created));
            }
        }

        return entries.Count > 0
            ? new JsonArray([.. entries.Values])
            : throw ApiFault.Failed($"proxmox-file-restore failed: Error: path '/{folder}' not found");
    }

    private static string Decode(string path)
    {
        if (path == "/")
        {
            return path;
        }

        byte[] bytes = new byte[path.Length];
        return Convert.TryFromBase64String(path, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw ApiFault.Failed("proxmox-file-restore failed: Error: the path is no Base64");
    }

    private static JsonObject Entry(string path, char type, long? size, long changed)
    {
        JsonObject entry = new()
        {
            ["filepath"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"/{path}")),
            ["text"] = path[(path.LastIndexOf('/') + 1)..],
            ["type"] = type.ToString(),
            ["leaf"] = type is Folder or Virtual ? 0 : 1,
        };
        if (size is { } length)
        {
            entry["size"] = length;
        }

        if (type is 'f' or 'l')
        {
            entry["mtime"] = changed;
        }

        return entry;
    }

    private sealed record SampleFile(string Path, char Type, long Size);
}
