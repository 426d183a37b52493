namespace ProxSharp.Backup;

/// <summary>How an image is read.</summary>
public sealed record BackupImageOptions
{
    /// <summary>Everything is read.</summary>
    public static BackupImageOptions Default { get; } = new();

    /// <summary>
    /// Tells what changed since the previous backup, for who keeps track of it: only those parts are read then. It is asked when the group has a previous
    /// backup of an image of the same name, size and encryption; null as its answer, or none set, reads everything. What it does not name is taken from the
    /// previous backup unseen. Default: none.
    /// </summary>
    public Func<PreviousImage, CancellationToken, ValueTask<IReadOnlyList<ImageRange>?>>? ChangedRanges { get; init; }
}
