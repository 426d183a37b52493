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
    /// <summary>
    /// How many chunks to begin with where all will be read. Chunks that are fetched at once share the line: the more there are, the later the first of them
    /// is complete, and if the line breaks before that, all was in vain.
    /// </summary>
    public const int FirstChunks = 2;

    // What comes sooner did not wait for the line so much as for the way there and back, so that more at once may be faster.
    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(1);

    private readonly ChunkLoader _loader;
    private readonly ChunkCache? _cache;
    private readonly IReadOnlyList<IndexChunk> _chunks;
    private readonly ZeroChunks _zeros;
    private readonly ReadAhead _limit;
    private readonly Queue<Waiting> _queue = new();
    private readonly Dictionary<Sha256Digest, SharedChunk> _recent = [];
    private readonly CancellationTokenSource _stop = new();
    private SharedChunk? _current;
    private int _next;
    private int _window;
    private long _reserved;
    private bool _taken;
    private volatile bool _isQuick;
    private volatile int _fetchedInRow;

    /// <param name="loader">Loads chunks.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="zeros">Those that are not fetched.</param>
    /// <param name="first">The position of the chunk to begin with.</param>
    /// <param name="limit">How far ahead to go.</param>
    /// <param name="window">
    /// How many chunks to begin with; the window doubles with each further chunk that is taken, as long as they come within a second.
    /// </param>
    /// <param name="cache">What may be there already; null for nothing.</param>
    public ChunkPrefetcher(
        ChunkLoader loader, IReadOnlyList<IndexChunk> chunks, ZeroChunks zeros, int first, ReadAhead limit, int window, ChunkCache? cache = null)
    {
        (_loader, _chunks, _zeros, _limit, _cache) = (loader, chunks, zeros, limit, cache);
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
        // Who takes a second chunk will want more. Two at least, so that the line is not idle while one is written.
        if (_taken)
            _window = NextWindow();
        _isQuick = false;
        FillWindow();
        Waiting waiting = Dequeue();
        // Zeros tell nothing of the line.
        _taken |= waiting.Data is not null;
        _current = waiting.Data;
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
        while (_next < _chunks.Count && (_queue.Count == 0 || _queue.Count + (_current is { IsLoading: true } ? 1 : 0) < _window))
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
            else if (_cache?.TryHold(chunk) is { } kept)
            {
                _queue.Enqueue(new(chunk, kept, 0));
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

    /// <summary>
    /// Beside what this machine has, single chunks are missing: one that is fetched alone is the first to be complete, and what comes next may be there. Only
    /// what is missing in a row is fetched ahead.
    /// </summary>
    private int NextWindow() => _loader.HasLocal && _fetchedInRow < 2
        ? 1
        : Math.Min(_isQuick ? _window * 2 : Math.Max(_window, FirstChunks), _limit.Chunks);

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
        long start = _loader.Time.GetTimestamp();
        SharedChunk data = _loader.Start(chunk, OnFetched, _stop.Token);
        _recent[chunk.Digest] = data;
        _queue.Enqueue(new(chunk, data, plain));
        return true;

        void OnFetched(bool isLocal)
        {
            Interlocked.Add(ref _reserved, -encoded);
            // What this machine has tells nothing of the line.
            if (!isLocal)
                _isQuick = _loader.Time.GetElapsedTime(start) < s_quick;
            _fetchedInRow = isLocal ? 0 : Math.Min(_fetchedInRow + 1, 2);
        }
    }

    private readonly record struct Waiting(IndexChunk Chunk, SharedChunk? Data, long Reserved);
}
