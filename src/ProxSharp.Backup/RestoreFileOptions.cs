namespace ProxSharp.Backup;

/// <summary>How a file of a snapshot is written to a file of this machine.</summary>
public sealed record RestoreFileOptions
{
    /// <summary>The defaults: nothing that exists is touched, and blocks of zeros are left out as holes.</summary>
    public static RestoreFileOptions Default { get; } = new();

    /// <summary>
    /// Replaces a file that exists, when the new one is complete (there must be room for both), or writes over a block device; a part of an earlier restore
    /// is removed, unless <see cref="Resume"/> goes on with it. A symbolic link is followed to a device only; what else it leads to is refused.
    /// Default: false, which fails then, with <see cref="Resume"/> as well.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Goes on with an image that was restored in part: what there is of it (see <see cref="SnapshotReader.GetPartialPath"/>) is compared with the digests
    /// of the snapshot, and only chunks that differ are fetched. It must be a regular file with no other name. A file that exists is replaced if
    /// <see cref="Overwrite"/> is set, as ever when the new one is complete: chunks that it has are copied from it and not fetched. If not, it is only
    /// compared, and must be the same already. A block device is completed in place. Default: false, which begins anew.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Leaves blocks of zeros out, so that the file takes only the room of its data. Default: true. Block devices get all bytes.</summary>
    public bool Sparse { get; init; } = true;

    /// <summary>
    /// Whether only to find out what would be done (<see cref="RestoreFileResult.Step"/>), or be refused: nothing is written. Small files are read.
    /// Default: false.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>Told of every chunk; null for nobody.</summary>
    public IProgress<RestoreProgress>? Progress { get; init; }
}
