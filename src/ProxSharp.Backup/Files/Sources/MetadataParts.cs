namespace ProxSharp.Backup.Files.Sources;

/// <summary>Parts of an entry's metadata that can be left out.</summary>
[Flags]
internal enum MetadataParts
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Extended attributes.</summary>
    Xattrs = 1,

    /// <summary>POSIX ACLs.</summary>
    Acls = 2,

    /// <summary>File capabilities.</summary>
    Capabilities = 4,

    /// <summary>File attributes (chattr, FAT).</summary>
    Flags = 8,

    /// <summary>The quota project.</summary>
    Project = 16,

    /// <summary>Owner and group.</summary>
    Ownership = 32,

    /// <summary>The permissions.</summary>
    Permissions = 64,

    /// <summary>All of them.</summary>
    All = 127,
}
