using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files;

/// <summary>How an archive is restored into a directory.</summary>
public sealed record TreeExtractOptions
{
    /// <summary>Everything, into a directory where none of it exists.</summary>
    public static TreeExtractOptions Default { get; } = new();

    /// <summary>What to do where an entry exists already. Default: <see cref="ExistingFiles.Fail"/>.</summary>
    public ExistingFiles Existing { get; init; }

    /// <summary>
    /// Whether a file of the archive replaces what exists, as with <see cref="ExistingFiles.Overwrite"/>, although <see cref="Existing"/> refuses or skips it.
    /// Default: false.
    /// </summary>
    public bool OverwriteFiles { get; init; }

    /// <summary>Whether a symbolic link of the archive does so. Default: false.</summary>
    public bool OverwriteSymlinks { get; init; }

    /// <summary>Whether a hard link of the archive, which is a further name of a file, does so. Default: false.</summary>
    public bool OverwriteHardLinks { get; init; }

    /// <summary>
    /// Whether directories may exist already although other entries must not (<see cref="ExistingFiles.Fail"/>). They get the metadata of the archive.
    /// Default: false. With any other policy they may.
    /// </summary>
    public bool AllowExistingDirectories { get; init; }

    /// <summary>
    /// Patterns of what is restored; the last one that matches decides, and what a directory is told counts for all in it. Directories on the way to what is
    /// restored come too. Default: none, which means everything.
    /// </summary>
    public IReadOnlyList<PathPattern> Includes { get; init; } = [];

    /// <summary>Whether owners and groups are restored. Default: true. Without them files lose their set-user-ID bits.</summary>
    public bool RestoreOwnership { get; init; } = true;

    /// <summary>Whether permissions are restored. Default: true. Without, entries get those that new ones get.</summary>
    public bool RestorePermissions { get; init; } = true;

    /// <summary>Whether extended attributes and file capabilities are restored. Default: true.</summary>
    public bool RestoreXattrs { get; init; } = true;

    /// <summary>Whether POSIX ACLs are restored. Default: true.</summary>
    public bool RestoreAcls { get; init; } = true;

    /// <summary>Whether file attributes (chattr, FAT) and quota projects are restored. Default: true.</summary>
    public bool RestoreFlags { get; init; } = true;

    /// <summary>Whether zeros in files become holes where the file system can do so. Default: true.</summary>
    public bool Sparse { get; init; } = true;

    /// <summary>
    /// Whether what was written of a large file stays when the restore is cancelled, the connection breaks or the server refuses, for a restore with <see
    /// cref="ExistingFiles.KeepSameContent"/> to go on with: beside its place, as <c>.proxsharp-</c> with digits and <c>.part</c>; so does what has come of
    /// a small file of a split archive. Until it is complete it is closed to all but its owner and has the time of now. A restore of a whole tree of a
    /// snapshot also keeps, on Linux, a file <c>.proxsharp-resume-</c> with digits in the target until it is complete: what stands between the contents, so
    /// that chunks of several files need not be fetched again. A restore of the same archive removes these when it has completed the file or the tree; what
    /// restores of other archives left stays. Default: false, which removes what is there of the file, and keeps none.
    /// </summary>
    public bool KeepParts { get; init; }

    /// <summary>
    /// Whether only to find out what a restore would do (<see cref="TreeExtractResult.Preview"/>): nothing is written, and no content is fetched. Of an archive
    /// in one stream the chunks in which entries begin are read, of a split one the names. Default: false.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>How many small files are written at the same time. 1 to 64. Default: 4.</summary>
    public int Writers { get; init; } = 4;

    /// <summary>Is told each warning as it comes, one after the other, from any thread. Default: nobody.</summary>
    public Action<FileWarning>? Warned { get; init; }

    /// <summary>Is told now and then how far it is. Default: nobody.</summary>
    public IProgress<FileProgress>? Progress { get; init; }

    /// <summary>These options for entries of one kind.</summary>
    internal TreeExtractOptions Of(PxarEntryKind kind) => Existing is ExistingFiles.Fail or ExistingFiles.Skip && kind switch
    {
        PxarEntryKind.File => OverwriteFiles,
        PxarEntryKind.Symlink => OverwriteSymlinks,
        PxarEntryKind.HardLink => OverwriteHardLinks,
        _ => false,
    }
        ? this with { Existing = ExistingFiles.Overwrite }
        : this;

    /// <summary>Whether directories that exist are restored into.</summary>
    internal bool KeepsDirectories => AllowExistingDirectories || Existing != ExistingFiles.Fail;
}
