namespace ProxSharp.Backup.Environments;

/// <summary>Where the official client keeps its configuration: <c>proxmox-backup</c> below the XDG directories.</summary>
internal sealed class ConfigDirectories(Func<string, string?> variables)
{
    private const string Folder = "proxmox-backup";

    /// <summary>Finds a file, the user's own first.</summary>
    /// <returns>Null if there is none.</returns>
    public string? Find(string name) => All().Select(directory => Path.Combine(directory, Folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Reads the fingerprints that the user has accepted: lines of host and fingerprint.</summary>
    public IReadOnlyDictionary<string, string> ReadFingerprints()
    {
        Dictionary<string, string> result = new(StringComparer.OrdinalIgnoreCase);
        if (Find("fingerprints") is { } path)
        {
            foreach (string line in File.ReadLines(path))
            {
                string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 2)
                {
                    result[words[0]] = words[1];
                }
            }
        }

        return result;
    }

    private IEnumerable<string> All()
    {
        string? home = variables("HOME") is { Length: > 0 } directory ? Path.Combine(directory, ".config") : null;
        string? own = variables("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : home;
        string system = variables("XDG_CONFIG_DIRS") is { Length: > 0 } several ? several : "/etc/xdg";
        return (own is null ? [] : new[] { own }).Concat(system.Split(':', StringSplitOptions.RemoveEmptyEntries));
    }
}
