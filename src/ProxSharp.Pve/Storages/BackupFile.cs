using System.Text;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>A file or directory inside a backup on a Proxmox Backup Server.</summary>
public sealed record BackupFile
{
    internal BackupFile(NodesStorageFileRestoreItem item)
    {
        Path = Decode(item.Filepath);
        Name = item.Text;
        Type = item.Type;
        IsLeaf = item.Leaf;
        Size = item.Size;
        Modified = WireValues.Time(item.Mtime);
    }

    /// <summary>Where it is inside the backup, for example <c>/root.pxar.didx/etc/hosts</c>; lists and downloads take it.</summary>
    public string Path { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it is: <c>f</c> a file, <c>d</c> a directory, <c>l</c> a symbolic link, <c>h</c> a hard link, <c>v</c> an archive, disk or partition.</summary>
    public string Type { get; }

    /// <summary>False if it can be listed.</summary>
    public bool IsLeaf { get; }

    /// <summary>Its size in bytes; null if it is not known.</summary>
    public long? Size { get; }

    /// <summary>When it was changed last; null if it is not known.</summary>
    public DateTimeOffset? Modified { get; }

    private static string Decode(string path)
    {
        Span<byte> bytes = new byte[path.Length];
        return Convert.TryFromBase64String(path, bytes, out int count) ? Encoding.UTF8.GetString(bytes[..count]) : path;
    }
}
