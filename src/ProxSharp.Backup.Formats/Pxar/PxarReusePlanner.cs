namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Decides, file by file in the order of the archive, which chunks of the previous payload stream are reused: the same decisions as those
/// of the official client, but where it gives up on many small files. Unchanged files are held back with everything between them until their range ends: at a hole (the next
/// unchanged file does not follow in the previous stream), before a file that must be written anew, or at the end. Pure: the caller
/// injects and writes.
/// </summary>
/// <example>
/// <code>
/// if (!planner.TryExtend(reference))
/// {
///     Act(planner.EndRange(continues: true));
///     planner.TryExtend(reference);
/// }
/// </code>
/// </example>
public sealed class PxarReusePlanner
{
    private readonly long[] _chunkEnds;
    private long _start;
    private long _end;
    private int? _kept;
    private long _keptPadding;

    /// <summary>Creates a planner.</summary>
    /// <param name="chunkEnds">The end of each chunk of the previous payload stream, ascending, as its dynamic index has them.</param>
    public PxarReusePlanner(IEnumerable<long> chunkEnds)
    {
        ArgumentNullException.ThrowIfNull(chunkEnds);
        _chunkEnds = [.. chunkEnds];
    }

    /// <summary>Whether a range is open or a chunk was kept back, so that <see cref="EndRange"/> has something to say.</summary>
    public bool IsPending => _end > _start || _kept is not null;

    /// <summary>Whether an unchanged file follows the open range without a hole.</summary>
    /// <param name="previous">Where its content lies in the previous payload stream.</param>
    public bool Adjoins(PxarPayloadReference previous) => _end > _start && previous.Position == _end;

    /// <summary>Adds an unchanged file to the range.</summary>
    /// <param name="previous">Where its content lies in the previous payload stream.</param>
    /// <returns>False if it does not follow the range: end that first, and add the file again.</returns>
    public bool TryExtend(PxarPayloadReference previous)
    {
        if (_end == _start)
            _start = previous.Position;
        else if (!Adjoins(previous))
            return false;
        _end = previous.End;
        return true;
    }

    /// <summary>Ends the range.</summary>
    /// <param name="continues">
    /// Whether another unchanged file comes next. Then the last chunk is kept back, because that file may lie in it too. Without, nothing
    /// stays behind.
    /// </param>
    /// <param name="isFull">
    /// Whether the range ends only because the caller holds no more entries back. What comes next is then expected to lie behind it, so the rest of the last
    /// chunk does not count as padding: else small files, of which a chunk has more than can be held, would be read and written anew each time. If nothing
    /// follows after all, the rest of one chunk is padding; the next backup closes such a gap, since it ends a range.
    /// </param>
    /// <returns>What to do. Without a range it is only to inject what was kept back, and to write anew.</returns>
    public PxarReuseDecision EndRange(bool continues, bool isFull = false)
    {
        (long start, long end) = (_start, _end);
        (_start, _end) = (0, 0);
        if (end == start)
            return new(TakeKept(), false, 0, 0, default, 0);
        PxarReusePlan plan = PxarReusePlan.Create(_chunkEnds, start, end);
        bool shares = plan.ChunkCount > 0 && _kept == plan.FirstChunk;
        long shared = shares ? ChunkLength(plan.FirstChunk) - _keptPadding : 0;
        PxarReusePlan expected = isFull ? plan with { EndPadding = 0, RangeLength = plan.RangeLength + plan.EndPadding } : plan;
        if (!expected.IsWorthwhile(shared))
            return new(TakeKept(), false, 0, 0, plan, start);
        int? before = TakeKept();
        if (shares)
            before = null;
        if (continues)
            (_kept, _keptPadding) = (plan.FirstChunk + plan.ChunkCount - 1, plan.EndPadding);
        return new(before, true, plan.FirstChunk, plan.ChunkCount - (continues ? 1 : 0), plan, start);
    }

    /// <summary>The length of a chunk of the previous payload stream.</summary>
    /// <param name="chunk">The index of the chunk.</param>
    public long ChunkLength(int chunk) => _chunkEnds[chunk] - (chunk == 0 ? 0 : _chunkEnds[chunk - 1]);

    private int? TakeKept()
    {
        int? kept = _kept;
        _kept = null;
        return kept;
    }
}
