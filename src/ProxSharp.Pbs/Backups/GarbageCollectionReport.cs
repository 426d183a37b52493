using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Backups;

/// <summary>What a garbage collection did, and what is in the datastore after it.</summary>
public sealed record GarbageCollectionReport
{
    /// <summary>How the task ended.</summary>
    public required TaskResult Task { get; init; }

    /// <summary>
    /// The run that the figures are of; null if the server tells none. It is another one than <see cref="Task"/> if that failed, for the server keeps the
    /// figures of runs that reached their end.
    /// </summary>
    public Upid? Run { get; init; }

    /// <summary>True if the figures are of <see cref="Task"/>.</summary>
    public bool IsOfTask => Run == Task.Upid;

    /// <summary>How many bytes were freed, as chunks take them on disk.</summary>
    public required long RemovedBytes { get; init; }

    /// <summary>How many chunks were removed.</summary>
    public required long RemovedChunks { get; init; }

    /// <summary>How many bytes are unused, but too new to be removed: a later run frees them, 24 h after they were used last as a rule.</summary>
    public required long PendingBytes { get; init; }

    /// <summary>How many chunks are unused, but too new to be removed.</summary>
    public required long PendingChunks { get; init; }

    /// <summary>How many damaged chunks were removed, because good ones have taken their place.</summary>
    public required long RemovedBadChunks { get; init; }

    /// <summary>How many damaged chunks are left.</summary>
    public required long BadChunks { get; init; }

    /// <summary>How many bytes the chunks in use take on disk.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>How many chunks are in use.</summary>
    public required long DiskChunks { get; init; }

    /// <summary>How many bytes all backups together hold, before deduplication and compression.</summary>
    public required long OriginalBytes { get; init; }

    /// <summary>How many indexes of archives there are.</summary>
    public required long IndexFiles { get; init; }

    /// <summary>How many times larger the backups are than what they take on disk; null if nothing is stored.</summary>
    public double? DeduplicationFactor => DiskBytes > 0 ? (double)OriginalBytes / DiskBytes : null;

    /// <summary>Returns what was freed and what is used.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{RemovedBytes} bytes in {RemovedChunks} chunks removed, {PendingBytes} bytes pending, {DiskBytes} bytes in {DiskChunks} chunks used");

    internal static GarbageCollectionReport Read(TaskResult task, AdminDatastoreGcResult state) => new()
    {
        Task = task,
        Run = Upid.TryParse(state.Upid, out Upid run) ? run : null,
        RemovedBytes = state.RemovedBytes,
        RemovedChunks = state.RemovedChunks,
        PendingBytes = state.PendingBytes,
        PendingChunks = state.PendingChunks,
        RemovedBadChunks = state.RemovedBad,
        BadChunks = state.StillBad,
        DiskBytes = state.DiskBytes,
        DiskChunks = state.DiskChunks,
        OriginalBytes = state.IndexDataBytes,
        IndexFiles = state.IndexFileCount,
    };
}
