using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>The data of a chunk, loaded or on its way. When nobody holds it any more, its memory goes back to the pool.</summary>
internal sealed class SharedChunk
{
    private readonly Task<ChunkBuffer> _load;
    private int _holders = 1;

    /// <summary>The first holder creates it.</summary>
    public SharedChunk(IndexChunk chunk, Task<ChunkBuffer> load) => (Chunk, _load) = (chunk, load);

    public IndexChunk Chunk { get; }

    public bool IsLoading => !_load.IsCompleted;

    public bool HasFailed => _load.IsFaulted || _load.IsCanceled;

    /// <summary>The data, verified. It is there until the holder releases it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> GetDataAsync(CancellationToken cancellationToken)
    {
        return (await (_load.IsCompletedSuccessfully ? _load : _load.WaitAsync(cancellationToken)).ConfigureAwait(false)).Memory;
    }

    /// <summary>Becomes one more holder, unless the last one is gone.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return true;
            holders = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _ = ReturnAsync();
    }

    /// <summary>Waits until nothing is on its way any more, whatever became of it.</summary>
    public async Task WhenLoadedAsync() => await ((Task)_load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ReturnAsync()
    {
        await ((Task)_load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_load.IsCompletedSuccessfully)
            (await _load.ConfigureAwait(false)).Dispose();
    }
}
