using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Keeps the chunks that were used last, up to a number of bytes, for all archives of a snapshot.</summary>
internal sealed class ChunkCache(long capacity) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<SharedChunk> _order = new();
    private readonly Dictionary<(Sha256Digest Digest, long Length), LinkedListNode<SharedChunk>> _nodes = [];
    private readonly CancellationTokenSource _stop = new();
    private long _bytes;
    private bool _disposed;

    public long Capacity => capacity;

    /// <summary>The chunk if it is there, loaded or on its way; else null. The caller releases it.</summary>
    public SharedChunk? TryHold(IndexChunk chunk)
    {
        lock (_lock)
        {
            return _nodes.TryGetValue((chunk.Digest, chunk.Length), out LinkedListNode<SharedChunk>? node) && !node.Value.HasFailed && node.Value.TryHold()
                ? node.Value
                : null;
        }
    }

    /// <summary>The chunk, loaded or on its way. The caller releases it.</summary>
    public SharedChunk Hold(IndexChunk chunk, ChunkLoader loader)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (Sha256Digest, long) key = (chunk.Digest, chunk.Length);
            if (_nodes.TryGetValue(key, out LinkedListNode<SharedChunk>? node))
            {
                if (!node.Value.HasFailed && node.Value.TryHold())
                {
                    _order.Remove(node);
                    _order.AddFirst(node);
                    return node.Value;
                }

                Remove(node);
            }

            SharedChunk shared = loader.Start(chunk, null, _stop.Token);
            shared.TryHold();
            _nodes[key] = _order.AddFirst(shared);
            _bytes += chunk.Length;
            while (_bytes > capacity && _order.Last is { } last && last.Value != shared)
                Remove(last);
            return shared;
        }
    }

    /// <summary>Keeps nothing of what was used so far.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            while (_order.Last is { } last)
                Remove(last);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<SharedChunk> all;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            all = [.. _order];
            _order.Clear();
            _nodes.Clear();
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (SharedChunk chunk in all)
        {
            chunk.Release();
            await chunk.WhenLoadedAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private void Remove(LinkedListNode<SharedChunk> node)
    {
        _order.Remove(node);
        _nodes.Remove((node.Value.Chunk.Digest, node.Value.Chunk.Length));
        _bytes -= node.Value.Chunk.Length;
        node.Value.Release();
    }
}
