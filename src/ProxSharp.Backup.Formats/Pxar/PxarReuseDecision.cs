namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// What to do with a range of unchanged files. In this order: inject <see cref="InjectBefore"/> if there is one; then, if <see
/// cref="Reuse"/>, inject the chunks and write a reference for each file; else read and write each file anew.
/// </summary>
/// <param name="InjectBefore">The index of a chunk that an earlier range left behind; null if there is none.</param>
/// <param name="Reuse">Whether the chunks are reused.</param>
/// <param name="FirstChunk">The index of the first chunk to inject.</param>
/// <param name="ChunkCount">How many chunks to inject now; the last one of the range may follow later.</param>
/// <param name="Plan">The plan for the whole range.</param>
/// <param name="RangeStart">Where the range begins in the previous payload stream.</param>
public readonly record struct PxarReuseDecision(
    int? InjectBefore,
    bool Reuse,
    int FirstChunk,
    int ChunkCount,
    PxarReusePlan Plan,
    long RangeStart)
{
    /// <summary>Where the content of a file of the range lies in the new payload stream.</summary>
    /// <param name="previous">Where it lay in the previous payload stream.</param>
    /// <param name="injectedAt">Where <see cref="FirstChunk"/> is injected: the payload position after <see cref="InjectBefore"/>.</param>
    public PxarPayloadReference Move(PxarPayloadReference previous, long injectedAt) => Plan.Move(previous, RangeStart, injectedAt);
}
