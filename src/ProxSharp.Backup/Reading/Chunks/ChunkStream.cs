using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// The bytes of an archive as a stream that fetches ahead. Seeking is cheap within what was fetched; elsewhere fetching begins anew, with one
/// chunk first and then with more and more, so that jumps do not fetch what is skipped.
/// </summary>
internal sealed class ChunkStream : Stream
{
    private readonly ChunkLoader _loader;
    private readonly IChunkIndex _index;
    private readonly ZeroChunks _zeros;
    private readonly ReadAhead _limit;
    private readonly ChunkCache? _cache;
    private ChunkPrefetcher? _prefetcher;
    private (IndexChunk Chunk, SharedChunk? Data) _current;
    private long _position;
    private bool _eager;
    private bool _disposed;

    /// <param name="loader">Loads chunks.</param>
    /// <param name="index">The chunks of the archive.</param>
    /// <param name="zeros">Those that are not fetched.</param>
    /// <param name="limit">How far ahead to go.</param>
    /// <param name="eager">Whether all will be read: then more than one chunk is fetched from the start.</param>
    /// <param name="cache">What may be there already; null for nothing.</param>
    public ChunkStream(ChunkLoader loader, IChunkIndex index, ZeroChunks zeros, ReadAhead limit, bool eager, ChunkCache? cache = null) =>
        (_loader, _index, _zeros, _limit, _eager, _cache) = (loader, index, zeros, limit, eager, cache);

    public override bool CanRead => !_disposed;

    public override bool CanSeek => !_disposed;

    public override bool CanWrite => false;

    public override long Length => _index.Size;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty || _position >= _index.Size)
            return 0;
        if (_position < _current.Chunk.Start || _position >= _current.Chunk.End)
            await MoveAsync().ConfigureAwait(false);
        IndexChunk chunk = _current.Chunk;
        int count = (int)Math.Min(buffer.Length, chunk.End - _position);
        if (_current.Data is { } data)
        {
            ReadOnlyMemory<byte> bytes = await data.GetDataAsync(cancellationToken).ConfigureAwait(false);
            bytes.Slice((int)(_position - chunk.Start), count).CopyTo(buffer);
        }
        else
        {
            buffer.Span[..count].Clear();
        }

        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Blocking.Run(() => ReadAsync(buffer.AsMemory(offset, count)).AsTask());
    }

    public override int Read(Span<byte> buffer) => Blocking.Read(buffer, memory => ReadAsync(memory));

    public override long Seek(long offset, SeekOrigin origin)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => _index.Size + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Not an origin."),
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        return _position = target;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public override async ValueTask DisposeAsync()
    {
        _disposed = true;
        Leave();
        if (_prefetcher is { } prefetcher)
            await prefetcher.DisposeAsync().ConfigureAwait(false);
        _prefetcher = null;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed = true;
            Leave();
            _prefetcher?.Stop();
            _prefetcher = null;
        }

        base.Dispose(disposing);
    }

    private async ValueTask MoveAsync()
    {
        Leave();
        int target = _index.FindChunk(_position);
        if (_prefetcher?.TrySkipTo(target) != true)
            await RestartAsync(target).ConfigureAwait(false);
        _current = _prefetcher!.Take();
        // The next ones are on their way while this one is read; after a jump it may be the only one.
        if (_prefetcher.IsRunning)
            _prefetcher.FillWindow();
    }

    private async ValueTask RestartAsync(int target)
    {
        if (_prefetcher is { } old)
            await old.DisposeAsync().ConfigureAwait(false);
        _prefetcher = new(_loader, new IndexChunkList(_index), _zeros, target, _limit, _eager ? ChunkPrefetcher.FirstChunks : 1, _cache);
        _eager = false;
    }

    private void Leave()
    {
        _current.Data?.Release();
        _current = default;
    }
}
