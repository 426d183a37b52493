namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>What of an entry differs between two snapshots.</summary>
[Flags]
public enum ChangedParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The kind: for example, a file became a directory.</summary>
    Kind = 1,

    /// <summary>The length of a file.</summary>
    Length = 2,

    /// <summary>The time of the last change.</summary>
    ModificationTime = 4,

    /// <summary>The permissions.</summary>
    Mode = 8,

    /// <summary>The owner or the group.</summary>
    Owner = 16,

    /// <summary>What a symbolic link or a hard link leads to, or the numbers of a device.</summary>
    Target = 32,

    /// <summary>Extended attributes, ACLs, file capability, file flags or quota project.</summary>
    Attributes = 64,

    /// <summary>The content; only where contents were compared.</summary>
    Content = 128,
}
