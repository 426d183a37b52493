using System.Threading.Channels;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Upload;

/// <summary>
/// One archive on its way to the server: takes its bytes in order, cuts them into chunks, hands these to the engine, and enters them into the index in order
/// as the server confirms them. One writer.
/// </summary>
internal sealed class ArchiveUpload
{
    // Chunks that the server knows take no memory of the window; this bounds how far they may run ahead of the appends.
    private const int MostPending = 2048;

    private readonly UploadEngine _engine;
    private readonly IChunker _chunker;
    private readonly IndexChecksum _checksum;
    private readonly Channel<PendingChunk> _ordered;
    private readonly Task _appending;
    private int _unscanned;
    private long _start;

    /// <summary>Starts an upload.</summary>
    /// <param name="engine">What does the work.</param>
    /// <param name="index">The index, open on the server.</param>
    /// <param name="chunker">Where chunks end.</param>
    /// <param name="windowSize">How much of the archive is in memory at once, in bytes.</param>
    /// <param name="counters">What was read and sent.</param>
    /// <param name="checksum">Computes the checksum of the index.</param>
    public ArchiveUpload(UploadEngine engine, IndexHandle index, IChunker chunker, int windowSize, TransferCounters counters, IndexChecksum checksum)
    {
        (_engine, Index, _chunker, Counters, _checksum) = (engine, index, chunker, counters, checksum);
        Window = engine.RentWindow(windowSize);
        _ordered = Channel.CreateBounded<PendingChunk>(new BoundedChannelOptions(MostPending) { SingleWriter = true, SingleReader = true });
        _appending = Task.Run(AppendAsync);
    }

    /// <summary>The index, open on the server.</summary>
    public IndexHandle Index { get; }

    /// <summary>The memory of the archive.</summary>
    public ChunkWindow Window { get; }

    /// <summary>What was read and sent.</summary>
    public TransferCounters Counters { get; }

    /// <summary>How many bytes the archive has so far, those that were skipped or injected included.</summary>
    public long Position => _start + Window.Open.Length;

    /// <summary>Gives memory for the next bytes, as soon as there is room.</summary>
    public ValueTask<Memory<byte>> GetMemoryAsync() => Window.GetMemoryAsync(_engine.Fault.Token);

    /// <summary>Takes bytes that were written to what <see cref="GetMemoryAsync"/> gave.</summary>
    public async ValueTask CommitAsync(int count)
    {
        Window.Advance(count);
        Counters.AddRead(count);
        _engine.Progress?.Invoke(Counters);
        _unscanned += count;
        while (_unscanned > 0)
        {
            ReadOnlyMemory<byte> open = Window.Open;
            int cut = _chunker.Scan(open.Span[^_unscanned..]);
            if (cut == 0)
            {
                _unscanned = 0;
                break;
            }

            int length = open.Length - _unscanned + cut;
            _unscanned -= cut;
            await DispatchAsync(Window.Cut(length)).ConfigureAwait(false);
        }
    }

    /// <summary>Takes bytes from elsewhere.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Memory<byte> room = await GetMemoryAsync().ConfigureAwait(false);
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            await CommitAsync(count).ConfigureAwait(false);
        }
    }

    /// <summary>Takes one whole chunk of zeros of an image, which needs no memory: at the start of a chunk.</summary>
    public async ValueTask WriteHoleAsync()
    {
        Counters.AddRead(_engine.Hole.Bytes.Length);
        _engine.Progress?.Invoke(Counters);
        await DispatchAsync(_engine.Hole).ConfigureAwait(false);
    }

    /// <summary>Leaves a part out that the index of an image has already.</summary>
    /// <param name="position">Where the image goes on: at a chunk, or at its end.</param>
    public async ValueTask SkipToAsync(long position)
    {
        await CutAsync().ConfigureAwait(false);
        long length = position - _start;
        if (length > 0)
        {
            Counters.AddSkipped(length, (length + FixedIndex.DefaultChunkSize - 1) / FixedIndex.DefaultChunkSize);
            _engine.Progress?.Invoke(Counters);
        }

        _start = position;
    }

    /// <summary>Puts chunks that the server knows behind what was written so far.</summary>
    public async ValueTask InjectAsync(IReadOnlyList<IndexChunk> chunks)
    {
        await CutAsync().ConfigureAwait(false);
        foreach (IndexChunk chunk in chunks)
        {
            Counters.AddSkipped(chunk.Length, 1);
            await OrderAsync(new PendingChunk(this, chunk.Digest, _start, chunk.Length)).ConfigureAwait(false);
            _start += chunk.Length;
        }

        _engine.Progress?.Invoke(Counters);
    }

    /// <summary>Ends the archive.</summary>
    /// <returns>The size and checksum that the manifest needs.</returns>
    public async Task<IndexOutcome> CompleteAsync()
    {
        await CutAsync().ConfigureAwait(false);
        _ordered.Writer.Complete();
        await _appending.ConfigureAwait(false);
        _engine.ReturnWindow(Window);
        using IndexChecksum checksum = _checksum;
        IndexOutcome outcome = checksum.Finish();
        await _engine.Session.CloseIndexAsync(Index, checksum.Count, checksum.Bytes, outcome.Checksum, _engine.Fault.Token).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Ends what is at work after a failure, which becomes that of the whole backup.</summary>
    public async Task AbandonAsync(Exception failure)
    {
        _engine.Fault.Report(failure);
        _ordered.Writer.TryComplete(failure);
        await _appending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _checksum.Dispose();
    }

    private async ValueTask CutAsync()
    {
        if (Window.Open.Length > 0)
        {
            await DispatchAsync(Window.Cut(Window.Open.Length)).ConfigureAwait(false);
        }

        _unscanned = 0;
        _chunker.Reset();
    }

    private async ValueTask DispatchAsync(WindowRegion region)
    {
        PendingChunk chunk = new(this, region, _start);
        _start += chunk.Length;
        _engine.Enqueue(chunk);
        await OrderAsync(chunk).ConfigureAwait(false);
    }

    private ValueTask OrderAsync(PendingChunk chunk) => _ordered.Writer.WriteAsync(chunk, _engine.Fault.Token);

    private async Task AppendAsync()
    {
        try
        {
            List<IndexAppend> batch = [];
            await foreach (PendingChunk chunk in _ordered.Reader.ReadAllAsync(_engine.Fault.Token).ConfigureAwait(false))
            {
                await chunk.Completion.ConfigureAwait(false);
                _checksum.Add(chunk);
                batch.Add(chunk.Append);
                if (batch.Count == _engine.Settings.AppendBatch)
                {
                    await FlushAsync(batch).ConfigureAwait(false);
                }
            }

            await FlushAsync(batch).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _engine.Fault.Report(failure);
            throw;
        }
    }

    private async Task FlushAsync(List<IndexAppend> batch)
    {
        if (batch.Count > 0)
        {
            await _engine.Session.AppendAsync(Index, batch, _engine.Fault.Token).ConfigureAwait(false);
            batch.Clear();
        }
    }
}
