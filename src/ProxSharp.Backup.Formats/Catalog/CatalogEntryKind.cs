namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>What an entry of a catalog is. The values are the letters of the format.</summary>
public enum CatalogEntryKind : byte
{
    /// <summary>A directory.</summary>
    Directory = (byte)'d',

    /// <summary>A regular file.</summary>
    File = (byte)'f',

    /// <summary>A symbolic link.</summary>
    Symlink = (byte)'l',

    /// <summary>A hard link.</summary>
    HardLink = (byte)'h',

    /// <summary>A block device.</summary>
    BlockDevice = (byte)'b',

    /// <summary>A character device.</summary>
    CharacterDevice = (byte)'c',

    /// <summary>A named pipe.</summary>
    Fifo = (byte)'p',

    /// <summary>A socket.</summary>
    Socket = (byte)'s',
}
