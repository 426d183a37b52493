using System.Text;

namespace ProxSharp.Simulator.Guests;

/// <summary>What the guest agent can see in a machine.</summary>
internal sealed class GuestInside
{
    private readonly Dictionary<string, List<Version>> _files = new(StringComparer.Ordinal);

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal)
    {
        "/", "/bin", "/boot", "/dev", "/etc", "/etc/apt", "/etc/cron.d", "/etc/default", "/etc/network", "/etc/profile.d", "/etc/ssh", "/etc/systemd", "/etc/systemd/system", "/home", "/mnt", "/opt",
        "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log",
        "/var/tmp",
    };

    private int _nextPid = 1000;

    public bool IsFrozen { get; set; }

    public Dictionary<int, GuestProcess> Processes { get; } = [];

    /// <summary>A path without double slashes, dots and a slash at its end.</summary>
    public static string Normalize(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return "/" + string.Join('/', parts);
    }

    public int NextPid() => ++_nextPid;

    /// <summary>The content of a file at a moment; null if there is none.</summary>
    public byte[]? Read(Guest guest, string file, DateTimeOffset at)
    {
        string path = Normalize(file);
        if (_files.TryGetValue(path, out List<Version>? versions) && versions.FindLastIndex(version => version.At <= at) is int last and >= 0)
        {
            return versions[last].Content;
        }

        return path switch
        {
            "/etc/hostname" => Encoding.UTF8.GetBytes(guest.Name + "\n"),
            "/etc/os-release" => "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID=\"13\"\n"u8.ToArray(),
            "/etc/passwd" => "root:x:0:0:root:/root:/bin/bash\n"u8.ToArray(),
            "/etc/hosts" => Encoding.UTF8.GetBytes($"127.0.0.1 localhost\n127.0.1.1 {guest.Name}\n"),
            "/etc/machine-id" => Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{guest.VmId:x32}\n")),
            _ => null,
        };
    }

    /// <summary>Writes a file.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="file">The path; its folder must exist.</param>
    /// <param name="content">What is written.</param>
    /// <param name="appends">True if it is added to what is there.</param>
    /// <param name="now">The present: what was replaced by then is forgotten.</param>
    /// <param name="at">When it is written: now, or later if a program that writes sleeps first.</param>
    public void Write(Guest guest, string file, byte[] content, bool appends, DateTimeOffset now, DateTimeOffset at) =>
        Put(Normalize(file), appends && Read(guest, file, at) is { } present ? [.. present, .. content] : content, now, at);

    /// <summary>Removes a file or folder; returns false if there is no such file.</summary>
    public bool Remove(Guest guest, string file, DateTimeOffset now, DateTimeOffset at)
    {
        string path = Normalize(file);
        if (_folders.Remove(path))
        {
            _folders.RemoveWhere(folder => folder.StartsWith(path + "/", StringComparison.Ordinal));
            foreach (string inside in _files.Keys.Where(inside => inside.StartsWith(path + "/", StringComparison.Ordinal)).ToArray())
            {
                Put(inside, null, now, at);
            }

            return true;
        }

        bool exists = Read(guest, path, at) is not null;
        if (exists)
        {
            Put(path, null, now, at);
        }

        return exists;
    }

    public bool IsFolder(string path) => _folders.Contains(Normalize(path));

    /// <summary>True if the folder a file would be in exists.</summary>
    public bool HasFolderOf(string path)
    {
        string full = Normalize(path);
        return full != "/" && _folders.Contains(full[..Math.Max(1, full.LastIndexOf('/'))]);
    }

    /// <summary>Makes a folder and those it is in.</summary>
    public void AddFolder(string path)
    {
        string full = Normalize(path);
        for (int slash = full.IndexOf('/', 1); slash > 0; slash = full.IndexOf('/', slash + 1))
        {
            _folders.Add(full[..slash]);
        }

        _folders.Add(full);
    }

    /// <summary>The names in a folder, in order.</summary>
    public IEnumerable<string> NamesIn(string folder, DateTimeOffset at)
    {
        string prefix = folder == "/" ? "/" : Normalize(folder) + "/";
        IEnumerable<string> files = _files.Where(file => file.Value.FindLastIndex(version => version.At <= at) is int last and >= 0 && file.Value[last].Content is not null).Select(static file => file.Key);
        return files.Concat(_folders).Where(path => path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..]).Where(static name => !name.Contains('/', StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>Ends all programs, as the end of the machine does.</summary>
    public void EndPrograms()
    {
        Processes.Clear();
        IsFrozen = false;
    }

    private void Put(string path, byte[]? content, DateTimeOffset now, DateTimeOffset at)
    {
        if (!_files.TryGetValue(path, out List<Version>? versions))
        {
            _files[path] = versions = [];
        }

        versions.RemoveAll(version => version.At > at);
        versions.Add(new Version(at, content));
        int current = versions.FindLastIndex(version => version.At <= now);
        if (current > 0)
        {
            versions.RemoveRange(0, current);
        }
    }

    private sealed record Version(DateTimeOffset At, byte[]? Content);
}
