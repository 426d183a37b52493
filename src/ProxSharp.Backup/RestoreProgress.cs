namespace ProxSharp.Backup;

/// <summary>How far a restore or a verification has come.</summary>
/// <param name="File">The file of the snapshot that is at work, for example <c>disk.img</c>.</param>
/// <param name="BytesDone">How many bytes of it are done: written, skipped or verified.</param>
/// <param name="BytesTotal">How many bytes it has.</param>
/// <param name="ChunksDone">How many of its chunks are done.</param>
/// <param name="ChunksTotal">How many chunks it has.</param>
/// <param name="BytesFetched">How many encoded bytes were fetched for the snapshot so far.</param>
/// <param name="Elapsed">How long the work has taken.</param>
public readonly record struct RestoreProgress(
    string File,
    long BytesDone,
    long BytesTotal,
    long ChunksDone,
    long ChunksTotal,
    long BytesFetched,
    TimeSpan Elapsed)
{
    /// <summary>How much time is left if the work goes on at this speed; null while nothing is done.</summary>
    public TimeSpan? Remaining => BytesDone > 0 ? Elapsed * ((double)(BytesTotal - BytesDone) / BytesDone) : null;
}
