namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>What a garbage collection counted.</summary>
internal sealed record CollectionStatus
{
    public required string Upid { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The exit status of its task; null while it runs.</summary>
    public string? State { get; init; }

    public long IndexFiles { get; init; }

    public long IndexBytes { get; init; }

    public long DiskBytes { get; init; }

    public long DiskChunks { get; init; }

    public long RemovedBytes { get; init; }

    public long RemovedChunks { get; init; }

    public long PendingBytes { get; init; }

    public long PendingChunks { get; init; }

    public long RemovedBad { get; init; }

    public long StillBad { get; init; }
}
