using System.Collections.Concurrent;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Fetches the chunks of one archive, decodes them, and verifies everything: CRC, crypt mode, length and digest.</summary>
internal sealed class ChunkLoader : IDisposable
{
    // Whoever writes a blob asks for room once more before it learns that there is no more to come.
    private const int SpareBytes = 16 << 10;

    private readonly IChunkSource _source;
    private readonly CryptConfig? _key;
    private readonly ReadCounters _counters;
    private readonly RateLimiter? _rate;
    private readonly LocalContent? _local;
    private readonly CancellationToken _ended;
    private readonly ConcurrentBag<DataBlobDecoder> _decoders = [];

    // Fetching waits for the network, decoding needs a core: more decoders than cores would only hold memory.
    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);

    /// <param name="source">Where chunks come from.</param>
    /// <param name="name">The name of the archive, for messages.</param>
    /// <param name="key">The key if the archive is encrypted; null if it must not be.</param>
    /// <param name="pool">Where arrays come from.</param>
    /// <param name="counters">Counts what was fetched.</param>
    /// <param name="rate">Spaces the fetching; null for no limit.</param>
    /// <param name="local">What of it may be on this machine; null for nothing.</param>
    /// <param name="time">Tells how long chunks are on their way; null for the time of the system.</param>
    /// <param name="ended">Cancelled when the reader that this belongs to is disposed.</param>
    public ChunkLoader(
        IChunkSource source,
        string name,
        CryptConfig? key,
        ChunkBufferPool pool,
        ReadCounters counters,
        RateLimiter? rate = null,
        LocalContent? local = null,
        TimeProvider? time = null,
        CancellationToken ended = default)
    {
        (_source, Name, _key, Pool, _counters) = (source, name, key, pool, counters);
        (_rate, _local, Time, _ended) = (rate, local, time ?? TimeProvider.System, ended);
    }

    public string Name { get; }

    public ChunkBufferPool Pool { get; }

    public CryptConfig? Key => _key;

    public TimeProvider Time { get; }

    /// <summary>Whether this machine may have some of the chunks.</summary>
    public bool HasLocal => _local is not null;

    /// <summary>Begins to load a chunk on another thread.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="fetched">Told when nothing is on its way any more, and whether this machine had it; null for nobody.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    public SharedChunk Start(IndexChunk chunk, Action<bool>? fetched, CancellationToken cancellationToken)
    {
        // The rate is shared out in the order of the calls: what is wanted first comes first, and is whole before the next one begins.
        Task turn = WaitForTurnAsync(chunk, cancellationToken);
        Task<ChunkBuffer?>? local = BeginLocal(chunk);
        // What this machine has is on its way already, and somebody has to give its memory back.
        CancellationToken begin = local is null ? cancellationToken : CancellationToken.None;
        return new(chunk, Task.Run(() => LoadAsync(chunk, turn, local, fetched, cancellationToken), begin));
    }

    /// <summary>Checks what can be checked of an encrypted chunk without its key: that it is there, is encrypted, and has the right CRC.</summary>
    public Task CheckStoredAsync(IndexChunk chunk, CancellationToken cancellationToken) => ExplainAsync(chunk, async () =>
    {
        using PooledBuffer blob = await FetchAsync(chunk, WaitForTurnAsync(chunk, cancellationToken), cancellationToken).ConfigureAwait(false);
        CheckKind(DataBlob.Verify(blob.Span), encrypted: true);
        return true;
    });

    /// <summary>Loads a chunk into memory of the pool, which is the caller's then.</summary>
    public Task<ChunkBuffer> LoadAsync(IndexChunk chunk, CancellationToken cancellationToken) =>
        LoadAsync(chunk, WaitForTurnAsync(chunk, cancellationToken), BeginLocal(chunk), null, cancellationToken);

    /// <summary>Another loader of the same archive with memory of its own.</summary>
    public ChunkLoader With(ChunkBufferPool pool) => new(_source, Name, _key, pool, _counters, _rate, time: Time, ended: _ended);

    /// <summary>Another loader of the same archive that need not fetch what this machine has.</summary>
    public ChunkLoader With(LocalContent local) => new(_source, Name, _key, Pool, _counters, _rate, local, Time, _ended);

    public void Dispose()
    {
        while (_decoders.TryTake(out DataBlobDecoder? decoder))
            decoder.Dispose();
        _cores.Dispose();
    }

    private Task<ChunkBuffer?>? BeginLocal(IndexChunk chunk) =>
        _local is null || chunk.Length is <= 0 or > DataBlob.MaxChunkSize ? null : _local.InOrder(() => TakeLocalAsync(_local, chunk));

    /// <summary>What this machine has of a chunk already; null if it has something else there.</summary>
    private async Task<ChunkBuffer?> TakeLocalAsync(LocalContent local, IndexChunk chunk)
    {
        if (!await local.CoversAsync(chunk).ConfigureAwait(false))
            return null;
        ChunkBuffer data = Pool.Rent((int)chunk.Length);
        bool isIt = false;
        try
        {
            isIt = local.TryRead(chunk, data.Memory.Span) && ChunkDigest.Compute(data.Memory.Span, _key) == chunk.Digest;
            return isIt ? data : null;
        }
        finally
        {
            if (!isIt)
                data.Dispose();
        }
    }

    private Task<ChunkBuffer> LoadAsync(
        IndexChunk chunk, Task turn, Task<ChunkBuffer?>? local, Action<bool>? fetched, CancellationToken cancellationToken) => ExplainAsync(chunk, async () =>
    {
        if (local is not null && await local.ConfigureAwait(false) is { } there)
        {
            _rate?.Adjust(-ExpectedSize(chunk));
            fetched?.Invoke(true);
            return there;
        }

        using PooledBuffer blob = await FetchAsync(chunk, turn, cancellationToken).ConfigureAwait(false);
        await _cores.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Decode(blob.Span, chunk);
        }
        finally
        {
            _cores.Release();
            fetched?.Invoke(false);
        }
    });

    // A server could hand out plain chunks of its own for an encrypted archive, so the index decides what is accepted.
    private static void CheckKind(DataBlobKind kind, bool encrypted)
    {
        if (DataBlob.IsEncrypted(kind) != encrypted)
            throw new ProxmoxProtocolException(encrypted ? "It is not encrypted, and the archive is." : "It is encrypted, and the archive is not.");
    }

    // How much a chunk has when it is compressed is known afterwards only; until then it counts whole, so that many at once do not exceed the rate.
    private static int ExpectedSize(IndexChunk chunk) => (int)Math.Clamp(chunk.Length, 0, DataBlob.MaxChunkSize);

    private Task WaitForTurnAsync(IndexChunk chunk, CancellationToken cancellationToken) =>
        _rate is null ? Task.CompletedTask : WaitForRateAsync(_rate, chunk, cancellationToken);

    private async Task WaitForRateAsync(RateLimiter rate, IndexChunk chunk, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        await rate.WaitAsync(ExpectedSize(chunk), either.Token).ConfigureAwait(false);
    }

    private async Task<PooledBuffer> FetchAsync(IndexChunk chunk, Task turn, CancellationToken cancellationToken)
    {
        if (chunk.Length is <= 0 or > DataBlob.MaxChunkSize)
        {
            throw new ProxmoxProtocolException(FormattableString.Invariant(
                $"The index gives it {chunk.Length} bytes; a chunk has {DataBlob.MaxChunkSize} at most."));
        }

        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ThrowIfEnded(null);
        await turn.ConfigureAwait(false);
        PooledBuffer blob = new(Pool, (int)chunk.Length + DataBlob.EncryptedHeaderSize + SpareBytes, DataBlob.MaxUploadSize);
        try
        {
            await _source.ReadChunkAsync(chunk.Digest, blob, cancellationToken).ConfigureAwait(false);
            _counters.AddChunk(blob.Count);
            _rate?.Adjust(blob.Count - ExpectedSize(chunk));
            return blob;
        }
        catch (Exception failure)
        {
            blob.Dispose();
            ThrowIfEnded(failure);
            throw;
        }
    }

    private void ThrowIfEnded(Exception? failure)
    {
        if (_ended.IsCancellationRequested)
            throw new ObjectDisposedException($"The reader of {Name} was disposed while it was read.", failure);
    }

    /// <summary>Says in failures which chunk of what they are about.</summary>
    private async Task<T> ExplainAsync<T>(IndexChunk chunk, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (ProxmoxProtocolException exception)
        {
            throw new ProxmoxProtocolException($"{Describe(chunk)} cannot be read: {exception.Message}", exception) { Offset = chunk.Start };
        }
        catch (MissingChunkException exception)
        {
            throw new MissingChunkException($"{Describe(chunk)} is missing: {exception.Message}", chunk.Digest, exception) { Offset = chunk.Start };
        }
    }

    private string Describe(IndexChunk chunk) =>
        FormattableString.Invariant($"The chunk {chunk.Digest} of {Name}, bytes {chunk.Start} to {chunk.End},");

    private ChunkBuffer Decode(ReadOnlySpan<byte> blob, IndexChunk chunk)
    {
        CheckKind(DataBlob.ReadKind(blob), _key is not null);
        ChunkBuffer data = Pool.Rent((int)chunk.Length);
        try
        {
            DecodeInto(blob, data.Memory.Span, chunk.Digest);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private void DecodeInto(ReadOnlySpan<byte> blob, Span<byte> data, Sha256Digest digest)
    {
        DataBlobDecoder decoder = _decoders.TryTake(out DataBlobDecoder? idle) ? idle : new(_key);
        try
        {
            decoder.DecodeExactly(blob, data);
        }
        finally
        {
            _decoders.Add(decoder);
        }

        if (ChunkDigest.Compute(data, _key) is var computed && computed != digest)
            throw new ProxmoxProtocolException($"Its data has the digest {computed}.");
    }
}
