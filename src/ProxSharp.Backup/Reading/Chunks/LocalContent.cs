using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// What of an archive this machine has after a restore that was broken off: chunks whose bytes it has need not be fetched. Whoever takes them compares the
/// digest, so that it does not matter what the files really are. Chunks are asked for in the order of the archive; only what belongs to the current one is in
/// memory.
/// </summary>
/// <param name="pieces">What is known of the archive without reading it, in its order; null for nothing.</param>
/// <param name="readFile">Reads files that pieces name; null if there are none.</param>
internal sealed class LocalContent(IAsyncEnumerable<KnownPiece>? pieces = null, LocalContent.ReadPath? readFile = null) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private IAsyncEnumerator<KnownPiece>? _pieces;
    private readonly Queue<KnownPiece> _waiting = new();
    private Task _last = Task.CompletedTask;
    private long _end;
    private PxarContentRange _range;
    private ReadAt? _read;

    /// <summary>Reads at a position of the file; 0 at its end.</summary>
    public delegate int ReadAt(long position, Span<byte> destination);

    /// <summary>Reads at a position of a file of the target; 0 at its end, or if there is no such file.</summary>
    public delegate int ReadPath(ReadOnlyMemory<byte> path, long position, Span<byte> destination);

    /// <summary>How many pieces are in memory.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Offers the file that is compared, until the result is disposed. Nothing is read of it by this after that.</summary>
    /// <param name="range">Where its content lies in the archive.</param>
    /// <param name="read">Reads it; may be called from any thread.</param>
    public IDisposable Offer(PxarContentRange range, ReadAt read)
    {
        lock (_lock)
            (_range, _read) = (range, read);
        return new Offered(this);
    }

    /// <summary>Begins something on another thread when all that was begun before has ended: pieces are read forward only.</summary>
    public Task<T> InOrder<T>(Func<Task<T>> work)
    {
        lock (_lock)
        {
            Task<T> next = RunAfterAsync(_last, work);
            _last = next;
            return next;
        }
    }

    /// <summary>Whether a chunk lies within what may be here.</summary>
    public async ValueTask<bool> CoversAsync(IndexChunk chunk)
    {
        if (Offers(chunk))
            return true;
        if (pieces is null)
            return false;
        _pieces ??= pieces.GetAsyncEnumerator(_stop.Token);
        while (_waiting.TryPeek(out KnownPiece? first) && first.End <= chunk.Start)
            _waiting.Dequeue();
        while (_end < chunk.End && await _pieces.MoveNextAsync().ConfigureAwait(false))
        {
            _end = _pieces.Current.End;
            if (_end > chunk.Start)
                _waiting.Enqueue(_pieces.Current);
        }

        long at = chunk.Start;
        foreach (KnownPiece piece in _waiting)
        {
            if (piece.Start > at || at >= chunk.End)
                break;
            at = piece.End;
        }

        return at >= chunk.End;
    }

    /// <summary>Reads what this machine has in the place of a chunk that is covered; false if a file is not there any more, or ends before.</summary>
    public bool TryRead(IndexChunk chunk, Span<byte> destination)
    {
        lock (_lock)
        {
            if (_read is not null && Contains(chunk))
                return TryFill(_read, chunk.Start - _range.Position, destination);
        }

        try
        {
            foreach (KnownPiece piece in _waiting)
            {
                if (piece.Start < chunk.End && piece.End > chunk.Start && !TryCopy(piece, chunk, destination))
                    return false;
            }

            return _waiting.Count > 0;
        }
        catch (FileTreeException)
        {
            // What cannot be read here is fetched.
            return false;
        }
    }

    /// <summary>Looks for nothing any more.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_pieces is not null)
            await _pieces.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static async Task<T> RunAfterAsync<T>(Task before, Func<Task<T>> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return await work().ConfigureAwait(false);
    }

    private static bool TryFill(ReadAt read, long position, Span<byte> destination)
    {
        for (int filled = 0; filled < destination.Length;)
        {
            int more = read(position + filled, destination[filled..]);
            if (more == 0)
                return false;
            filled += more;
        }

        return true;
    }

    private bool TryCopy(KnownPiece piece, IndexChunk chunk, Span<byte> destination)
    {
        long from = Math.Max(piece.Start, chunk.Start);
        long to = Math.Min(piece.ContentStart, chunk.End);
        if (from < to)
            piece.Head.Span[(int)(from - piece.Start)..(int)(to - piece.Start)].CopyTo(destination[(int)(from - chunk.Start)..]);
        from = Math.Max(piece.ContentStart, chunk.Start);
        to = Math.Min(piece.End, chunk.End);
        return from >= to || TryFill(
            (position, rest) => readFile!(piece.Path, position, rest),
            piece.Offset + from - piece.ContentStart,
            destination[(int)(from - chunk.Start)..(int)(to - chunk.Start)]);
    }

    private bool Offers(IndexChunk chunk)
    {
        lock (_lock)
            return _read is not null && Contains(chunk);
    }

    private bool Contains(IndexChunk chunk) => chunk.Start >= _range.Position && chunk.End - _range.Position <= _range.Length;

    private void End()
    {
        lock (_lock)
            _read = null;
    }

    private sealed class Offered(LocalContent content) : IDisposable
    {
        public void Dispose() => content.End();
    }
}
