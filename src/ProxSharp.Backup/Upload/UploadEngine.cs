using System.Threading.Channels;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Upload;

/// <summary>
/// Brings the chunks of all archives of a backup to the server: digest, known?, compress, encrypt, send, on all cores. Several lanes work side by side; a
/// lane that waits for the server leaves its core to the others.
/// </summary>
internal sealed class UploadEngine : IAsyncDisposable
{
    private readonly Channel<PendingChunk> _queue = Channel.CreateUnbounded<PendingChunk>();
    private readonly BlobBuffers _blobs;
    private readonly Task _lanes;
    private readonly Lock _gate = new();
    private readonly List<ChunkWindow> _windows = [];
    private Sha256Digest? _zeroDigest;
    private WindowRegion? _hole;

    public UploadEngine(BackupWriterSession session, UploadSettings settings, UploadFault fault)
    {
        (Session, Settings, Fault) = (session, settings, fault);
        _blobs = new BlobBuffers(settings.BlobMemory);
        _lanes = Task.WhenAll(Enumerable.Range(0, settings.Lanes).Select(_ => Task.Run(RunLaneAsync)));
    }

    /// <summary>The session.</summary>
    public BackupWriterSession Session { get; }

    /// <summary>How chunks are made and sent.</summary>
    public UploadSettings Settings { get; }

    /// <summary>What ends everything.</summary>
    public UploadFault Fault { get; }

    /// <summary>What the server knows.</summary>
    public KnownChunks Known { get; } = new();

    /// <summary>A chunk of an image with nothing but zeros, for holes. It lies in no window, so that any number of them takes the memory of one.</summary>
    public WindowRegion Hole => _hole ??= new WindowRegion(0, new byte[FixedIndex.DefaultChunkSize]);

    /// <summary>Is called now and then while archives are read and chunks are sent, from several threads.</summary>
    public Action<TransferCounters>? Progress { get; init; }

    /// <summary>Takes a chunk over. Its archive's window bounds how many there are.</summary>
    public void Enqueue(PendingChunk chunk)
    {
        bool taken = _queue.Writer.TryWrite(chunk);
        ObjectDisposedException.ThrowIf(!taken, this);
    }

    /// <summary>Lends a window; archives that follow each other use the same memory.</summary>
    public ChunkWindow RentWindow(int capacity)
    {
        lock (_gate)
        {
            int index = _windows.FindIndex(window => window.Capacity == capacity);
            if (index < 0)
            {
                return new ChunkWindow(capacity);
            }

            ChunkWindow found = _windows[index];
            _windows.RemoveAt(index);
            return found;
        }
    }

    /// <summary>Takes a window back, when all its chunks are released.</summary>
    public void ReturnWindow(ChunkWindow window)
    {
        lock (_gate)
        {
            _windows.Add(window);
        }
    }

    /// <summary>Waits for the lanes. After a failure they only let go of what they hold.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _lanes.ConfigureAwait(false);
    }

    private async Task RunLaneAsync()
    {
        using DataBlobEncoder encoder = new(Settings.Crypt, Settings.Compress);
        await foreach (PendingChunk chunk in _queue.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                chunk.Complete(await ProcessAsync(chunk, encoder).ConfigureAwait(false));
            }
            catch (Exception failure)
            {
                // Reported: it ends the backup, and whoever awaits the chunk gets it too.
                Fault.Report(failure);
                chunk.Fail(failure);
            }
        }
    }

    // The region is released as soon as its bytes are not needed any more, and in the end whatever happens.
    private async Task<Sha256Digest> ProcessAsync(PendingChunk chunk, DataBlobEncoder encoder)
    {
        (ArchiveUpload archive, WindowRegion region) = (chunk.Archive, chunk.Region!);
        try
        {
            Fault.Token.ThrowIfCancellationRequested();
            Sha256Digest digest = Digest(region);
            if (Known.TryClaim(digest, out Task? others))
            {
                await UploadAsync(archive, region, digest, encoder).ConfigureAwait(false);
                return digest;
            }

            archive.Window.Release(region);
            await (others ?? Task.CompletedTask).ConfigureAwait(false);
            archive.Counters.AddReused(region.Bytes.Length);
            return digest;
        }
        finally
        {
            archive.Window.Release(region);
        }
    }

    private async Task UploadAsync(ArchiveUpload archive, WindowRegion region, Sha256Digest digest, DataBlobEncoder encoder)
    {
        try
        {
            int size = region.Bytes.Length;
            Memory<byte> blob = await _blobs.RentAsync(DataBlob.GetMaxLength(size, Settings.Crypt is not null), Fault.Token).ConfigureAwait(false);
            try
            {
                encoder.Encode(region.Bytes.Span, blob.Span, out int length);
                archive.Window.Release(region);
                await SendAsync(archive, digest, size, blob[..length]).ConfigureAwait(false);
            }
            finally
            {
                _blobs.Return(blob);
            }

            Known.Confirm(digest);
        }
        catch (Exception failure)
        {
            Known.Fail(digest, failure);
            throw;
        }
    }

    private async Task SendAsync(ArchiveUpload archive, Sha256Digest digest, int size, ReadOnlyMemory<byte> blob)
    {
        if (Settings.Limiter is { } limiter)
        {
            await limiter.WaitAsync(blob.Length, Fault.Token).ConfigureAwait(false);
        }

        await Session.UploadChunkAsync(archive.Index, digest, size, blob, Fault.Token).ConfigureAwait(false);
        archive.Counters.AddUploaded(size, blob.Length);
        Progress?.Invoke(archive.Counters);
    }

    // Empty space is recognised faster than it is digested.
    private Sha256Digest Digest(WindowRegion region)
    {
        ReadOnlySpan<byte> data = region.Bytes.Span;
        if (region != _hole && (data.Length != FixedIndex.DefaultChunkSize || data.ContainsAnyExcept((byte)0)))
        {
            return ChunkDigest.Compute(data, Settings.Crypt);
        }

        lock (_gate)
        {
            return _zeroDigest ??= ChunkDigest.Compute(data, Settings.Crypt);
        }
    }
}
