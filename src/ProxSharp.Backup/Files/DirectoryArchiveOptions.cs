using ProxSharp.Backup.Files.Patterns;

namespace ProxSharp.Backup.Files;

/// <summary>How a directory is archived.</summary>
public sealed record DirectoryArchiveOptions
{
    /// <summary>Everything of the directory's own file system, with all metadata.</summary>
    public static DirectoryArchiveOptions Default { get; } = new();

    /// <summary>
    /// Patterns of what is left out; the last one that matches decides. The archive keeps them. Patterns of <c>.pxarexclude</c> files in the tree come after
    /// them, from the root down. Default: none.
    /// </summary>
    public IReadOnlyList<PathPattern> Excludes { get; init; } = [];

    /// <summary>Whether directories called <c>lost+found</c> are left out. Default: false.</summary>
    public bool SkipLostAndFound { get; init; }

    /// <summary>
    /// Whether file systems that are mounted below the directory are archived too. Default: false: of a mount point only the directory itself. Virtual file
    /// systems such as <c>/proc</c> are never archived.
    /// </summary>
    public bool AllFileSystems { get; init; }

    /// <summary>Paths of file systems that are archived where they are mounted below the directory. Default: none.</summary>
    public IReadOnlyList<string> IncludedFileSystems { get; init; } = [];

    /// <summary>Whether extended attributes are kept. Default: true.</summary>
    public bool KeepXattrs { get; init; } = true;

    /// <summary>Whether POSIX ACLs are kept. Default: true.</summary>
    public bool KeepAcls { get; init; } = true;

    /// <summary>Whether file capabilities are kept. Default: true.</summary>
    public bool KeepCapabilities { get; init; } = true;

    /// <summary>Whether file attributes (chattr, FAT) are kept. Default: true.</summary>
    public bool KeepFlags { get; init; } = true;

    /// <summary>
    /// How many entries the directories from the root to the one being read may have together, which bounds memory. Default: 1 048 576. Deeper or other
    /// directories count only while they are open.
    /// </summary>
    public int MaxEntries { get; init; } = 1 << 20;

    /// <summary>How many files are opened and read ahead at the same time; small ones whole. 1 to 64. Default: 4.</summary>
    public int ReadAhead { get; init; } = 4;

    /// <summary>Is told each warning as it comes, one after the other, from any thread. Default: nobody.</summary>
    public Action<FileWarning>? Warned { get; init; }

    /// <summary>Is told now and then how far it is. Default: nobody.</summary>
    public IProgress<FileProgress>? Progress { get; init; }
}
