using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// Gives the chunks of an index in order while it fetches and decodes those that follow. It goes on only when its reader takes a chunk, so
/// what waits is bounded. Equal chunks within that window are fetched once. For one reader at a time.
/// </summary>
internal sealed class ChunkPrefetcher : IAsyncDisposable
{
    private readonly ChunkLoader _loader;
    private readonly IReadOnlyList<IndexChunk> _chunks;
    private readonly ZeroChunks _zeros;
    private readonly ReadAhead _limit;
    private readonly Queue<Waiting> _queue = new();
    private readonly Dictionary<Sha256Digest, SharedChunk> _recent = [];
    private readonly CancellationTokenSource _stop = new();
    private int _next;
    private int _window;
    private long _reserved;
    private bool _taken;

    /// <param name="loader">Loads chunks.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="zeros">Those that are not fetched.</param>
    /// <param name="first">The position of the chunk to begin with.</param>
    /// <param name="limit">How far ahead to go.</param>
    /// <param name="window">How many chunks to begin with; the window doubles with each further chunk that is taken.</param>
    public ChunkPrefetcher(ChunkLoader loader, IReadOnlyList<IndexChunk> chunks, ZeroChunks zeros, int first, ReadAhead limit, int window)
    {
        (_loader, _chunks, _zeros, _limit) = (loader, chunks, zeros, limit);
        _next = Position = first;
        _window = Math.Min(window, limit.Chunks);
    }

    /// <summary>The position of the chunk that comes next.</summary>
    public int Position { get; private set; }

    /// <summary>Whether it fetches ahead already: not before the second chunk if it began with one.</summary>
    public bool IsRunning => _window > 1;

    /// <summary>The next chunk, whose data may still be on its way. The caller releases it; null stands for zeros.</summary>
    public (IndexChunk Chunk, SharedChunk? Data) Take()
    {
        FillWindow();
        // Who takes a second chunk will want more.
        if (_taken)
            _window = Math.Min(_window * 2, _limit.Chunks);
        _taken = true;
        Waiting waiting = Dequeue();
        return (waiting.Chunk, waiting.Data);
    }

    /// <summary>Leaves chunks out that were begun already. Nothing more is begun for those.</summary>
    /// <returns>False if the position is not among them; the prefetcher is as it was then.</returns>
    public bool TrySkipTo(int position)
    {
        if (position < Position || position > _next)
            return false;
        while (Position < position)
            Dequeue().Data?.Release();
        return true;
    }

    /// <summary>Begins to fetch as far ahead as is allowed.</summary>
    public void FillWindow()
    {
        while (_next < _chunks.Count && (_queue.Count == 0 || _queue.Count < _window))
        {
            IndexChunk chunk = _chunks[_next];
            if (_zeros.Contains(chunk))
            {
                _queue.Enqueue(new(chunk, null, 0));
            }
            else if (_recent.TryGetValue(chunk.Digest, out SharedChunk? same) && same.Chunk.Length == chunk.Length && same.TryHold())
            {
                _queue.Enqueue(new(chunk, same, 0));
            }
            else if (!TryStart(chunk))
            {
                return;
            }

            _next++;
        }
    }

    /// <summary>Stops what is on its way, without waiting for it.</summary>
    public void Stop()
    {
        if (!_stop.IsCancellationRequested)
            _stop.Cancel();
        while (_queue.TryDequeue(out Waiting waiting))
            waiting.Data?.Release();
        _recent.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        SharedChunk[] running = [.. _queue.Select(static waiting => waiting.Data).OfType<SharedChunk>()];
        await _stop.CancelAsync().ConfigureAwait(false);
        Stop();
        foreach (SharedChunk chunk in running)
            await chunk.WhenLoadedAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private Waiting Dequeue()
    {
        Waiting waiting = _queue.Dequeue();
        Position++;
        if (waiting.Data is { } data)
        {
            Interlocked.Add(ref _reserved, -waiting.Reserved);
            if (_recent.TryGetValue(data.Chunk.Digest, out SharedChunk? recent) && recent == data && !_queue.Any(other => other.Data == data))
                _recent.Remove(data.Chunk.Digest);
        }

        return waiting;
    }

    private bool TryStart(IndexChunk chunk)
    {
        long plain = Math.Min(chunk.Length, DataBlob.MaxChunkSize);
        long encoded = plain + DataBlob.EncryptedHeaderSize;
        if (_queue.Count > 0 && Interlocked.Read(ref _reserved) + plain + encoded > _limit.Bytes)
            return false;
        Interlocked.Add(ref _reserved, plain + encoded);
        SharedChunk data = _loader.Start(chunk, () => Interlocked.Add(ref _reserved, -encoded), _stop.Token);
        _recent[chunk.Digest] = data;
        _queue.Enqueue(new(chunk, data, plain));
        return true;
    }

    private readonly record struct Waiting(IndexChunk Chunk, SharedChunk? Data, long Reserved);
}
