using System.Security.Cryptography;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Upload;
using ProxSharp.Http;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Runs;

/// <summary>One backup at work: what its sources need to bring their archives to the server, and what they made.</summary>
internal sealed class BackupRun : IAsyncDisposable
{
    private const int MostWarnings = 1000;

    private readonly TransferCounters _whole = new(null);
    private readonly List<ManifestFile> _files = [];
    private readonly List<BackupArchiveResult> _archives = [];
    private readonly List<BackupWarning> _warnings = [];
    private CatalogUpload? _catalog;
    private int _warningCount;
    private int _mountPointCount;
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ProgressReporter _progress;

    public BackupRun(BackupWriterSession session, BackupSnapshotPath snapshot, BackupOptions options, TimeProvider time, UploadFault fault)
    {
        (Session, Snapshot, Options, Fault, _time) = (session, snapshot, options, fault, time);
        Mode = options.EffectiveCryptMode;
        Crypt = Mode == CryptMode.Encrypt ? options.Key : null;
        Rereads = new RereadMarks(Crypt);
        _progress = new ProgressReporter(options, _whole, fault, time);
        UploadSettings settings = new()
        {
            Crypt = Crypt,
            Compress = options.Compress,
            Limiter = options.BytesPerSecond is { } rate ? new RateLimiter(rate, options.BurstBytes ?? rate, time) : null,
        };
        Engine = new UploadEngine(session, settings, fault) { Progress = _ => _progress.Tick() };
    }

    /// <summary>The session.</summary>
    public BackupWriterSession Session { get; }

    /// <summary>The snapshot that comes into being.</summary>
    public BackupSnapshotPath Snapshot { get; }

    /// <summary>What the caller wants.</summary>
    public BackupOptions Options { get; }

    /// <summary>What ends everything.</summary>
    public UploadFault Fault { get; }

    /// <summary>What the key is used for.</summary>
    public CryptMode Mode { get; }

    /// <summary>Encrypts; null if nothing is encrypted.</summary>
    public CryptConfig? Crypt { get; }

    /// <summary>The files that the next backup must read again.</summary>
    public RereadMarks Rereads { get; }

    /// <summary>Sends chunks.</summary>
    public UploadEngine Engine { get; }

    /// <summary>The previous backup; null if there is none that can be used.</summary>
    public PreviousBackup? Previous { get; private set; }

    /// <summary>Opens a session that reads the previous snapshot; null if there is no way to.</summary>
    public Func<BackupSnapshotPath, CancellationToken, Task<BackupReaderSession>>? OpenReader { get; init; }

    /// <summary>Cancelled when the backup ends early.</summary>
    public CancellationToken Token => Fault.Token;

    /// <summary>What was read so far.</summary>
    public long BytesRead => _whole.BytesRead;

    /// <summary>The archive at work.</summary>
    public string? CurrentArchive { get; private set; }

    /// <summary>Whether the server was asked to make the snapshot permanent.</summary>
    public bool IsFinishing { get; private set; }

    /// <summary>What the backup went on after.</summary>
    public IReadOnlyList<BackupWarning> Warnings
    {
        get
        {
            lock (_gate)
            {
                return [.. _warnings];
            }
        }
    }

    /// <summary>Notes something that the backup goes on after.</summary>
    public void Warn(string archive, string text, FileWarningKind? kind = null)
    {
        BackupWarning warning = new(archive, text) { Kind = kind };
        lock (_gate)
        {
            _warningCount++;
            _mountPointCount += kind == FileWarningKind.MountPoint ? 1 : 0;
            if (_warnings.Count < MostWarnings)
            {
                _warnings.Add(warning);
            }
        }

        Options.Warned?.Report(warning);
    }

    /// <summary>Looks for the previous backup.</summary>
    public async Task FindPreviousAsync()
    {
        // The official client asks in any case, and the answer tells that the session works.
        PreviousBackup? found = await PreviousBackup.FindAsync(Session, Options.Key, text => Warn("", text), Token).ConfigureAwait(false);
        Previous = Options.ReusePrevious ? found : null;
    }

    /// <summary>Reads an index of the previous backup; its chunks need not be uploaded from then on.</summary>
    public async Task<IChunkIndex?> ReusePreviousAsync(string name)
    {
        IChunkIndex? index = Previous is null ? null : await Previous.ReadIndexAsync(name, text => Warn(name, text), Token).ConfigureAwait(false);
        if (index is not null)
        {
            Engine.Known.AddAll(index);
        }

        return index;
    }

    /// <summary>Starts an archive whose chunks have any length.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="chunker">Where its chunks end.</param>
    /// <param name="averageSize">The average length of its chunks.</param>
    public async Task<RunningArchive> StartDynamicAsync(string name, IChunker chunker, int averageSize)
    {
        IndexHandle index = await Session.CreateDynamicIndexAsync(name, Token).ConfigureAwait(false);
        return Start(index, chunker, averageSize * Engine.Settings.DynamicWindow, new IndexChecksum(IndexKind.Dynamic), null);
    }

    /// <summary>Starts an image.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="reused">The previous index that unchanged chunks are taken from unseen; null if all are read.</param>
    public async Task<RunningArchive> StartFixedAsync(string name, long size, FixedIndex? reused)
    {
        IndexHandle index = await Session.CreateFixedIndexAsync(name, size, reused?.Checksum, Token).ConfigureAwait(false);
        return Start(index, new FixedChunker(), Engine.Settings.FixedWindow, new IndexChecksum(IndexKind.Fixed, size, reused), size);
    }

    /// <summary>Completes an archive and enters it into the manifest.</summary>
    public async Task CompleteAsync(RunningArchive archive)
    {
        IndexOutcome outcome = await archive.Upload.CompleteAsync().ConfigureAwait(false);
        Add(new ManifestFile(archive.Name, Mode, outcome.Size, outcome.Checksum), archive.Counters, archive.Started);
    }

    /// <summary>Stores a small file and enters it into the manifest.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="data">Its content.</param>
    public async Task StoreBlobAsync(string name, ReadOnlyMemory<byte> data)
    {
        TransferCounters counters = new(_whole);
        long started = _time.GetTimestamp();
        CurrentArchive = name;
        _progress.Begin(name, data.Length, null, counters);
        using PooledBuffer blob = Encode(data.Span, Crypt, Options.Compress);
        if (blob.Length > DataBlob.MaxUploadSize)
        {
            string why = FormattableString.Invariant($"it has {blob.Length} bytes after compression, and the server takes {DataBlob.MaxUploadSize}");
            throw BackupSourceException.Create(name, why, isTooLarge: true);
        }

        await StoreAsync(name, data.Length, blob, counters, started).ConfigureAwait(false);
    }

    /// <summary>The catalog that all archives of version 1 share; the first one starts it.</summary>
    public async Task<CatalogUpload> GetCatalogAsync()
    {
        if (_catalog is null)
        {
            // The official client sends a catalog anew each time; that of an unchanged tree is the same.
            await ReusePreviousAsync(ArchiveName.Catalog).ConfigureAwait(false);
            int average = BuzhashChunker.CatalogAverageSize;
            _catalog = new CatalogUpload(await StartDynamicAsync(ArchiveName.Catalog, new BuzhashChunker(average), average).ConfigureAwait(false));
        }

        return _catalog;
    }

    /// <summary>Completes the catalog, if there is one.</summary>
    public async Task CompleteCatalogAsync()
    {
        if (_catalog is { } catalog)
        {
            await catalog.Output.FinishAsync(Token).ConfigureAwait(false);
            await CompleteAsync(catalog.Archive).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go of the catalog after a failure.</summary>
    public Task AbandonCatalogAsync(Exception failure) => _catalog?.Archive.Upload.AbandonAsync(failure) ?? Task.CompletedTask;

    /// <summary>Stores the key, encrypted for the master key.</summary>
    public async Task StoreKeyAsync()
    {
        if (Options is { MasterKey: { } master, Key: { } key })
        {
            DateTimeOffset created = Options.KeyCreated ?? Snapshot.Time;
            byte[] encrypted = master.Encrypt(key, created, created);

            // Proxmox: this blob is neither compressed nor encrypted; its manifest entry has the mode of the session nevertheless.
            using PooledBuffer blob = Encode(encrypted, null, compress: false);
            await StoreAsync(ArchiveName.EncryptedKey, encrypted.Length, blob, new TransferCounters(_whole), _time.GetTimestamp()).ConfigureAwait(false);
        }
    }

    /// <summary>Stores the manifest and makes the snapshot permanent.</summary>
    public async Task<BackupResult> FinishAsync()
    {
        BackupManifest manifest = Rereads.AddTo(BackupManifest.Create(Snapshot, _files));
        if (Mode != CryptMode.None)
        {
            manifest = manifest.Sign(Options.Key!);
        }

        using (PooledBuffer blob = Encode(manifest.ToJson(), null, compress: true))
        {
            await Session.UploadBlobAsync(ArchiveName.Manifest, blob.Memory, Token).ConfigureAwait(false);
        }

        // Once the server is asked, it may have saved the snapshot: who gives up now would not know.
        Token.ThrowIfCancellationRequested();
        IsFinishing = true;
        await Session.FinishAsync(CancellationToken.None).ConfigureAwait(false);
        await _progress.DisposeAsync().ConfigureAwait(false);
        _progress.Report();
        return new BackupResult
        {
            Snapshot = Snapshot,
            Namespace = Options.Namespace,
            Manifest = manifest,
            Archives = _archives,
            Previous = Previous?.Manifest.Snapshot,
            Warnings = Warnings,
            WarningCount = _warningCount,
            MountPointCount = _mountPointCount,
            Duration = _progress.Elapsed,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _progress.DisposeAsync().ConfigureAwait(false);
        await Engine.DisposeAsync().ConfigureAwait(false);
    }

    private static PooledBuffer Encode(ReadOnlySpan<byte> data, CryptConfig? crypt, bool compress)
    {
        PooledBuffer blob = new(DataBlob.GetMaxLength(data.Length, crypt is not null));
        using DataBlobEncoder encoder = new(crypt, compress);
        encoder.Encode(data, blob);
        return blob;
    }

    private RunningArchive Start(IndexHandle index, IChunker chunker, int window, IndexChecksum checksum, long? size)
    {
        TransferCounters counters = new(_whole);
        CurrentArchive = index.Name;
        _progress.Begin(index.Name, size, Previous?.Manifest.FindFile(index.Name)?.Size, counters);
        return new RunningArchive(index.Name, new ArchiveUpload(Engine, index, chunker, window, counters, checksum), counters, _time.GetTimestamp());
    }

    private async Task StoreAsync(string name, int size, PooledBuffer blob, TransferCounters counters, long started)
    {
        counters.AddRead(size);
        await Session.UploadBlobAsync(name, blob.Memory, Token).ConfigureAwait(false);
        counters.AddUploaded(size, blob.Length);
        Add(new ManifestFile(name, Mode, blob.Length, new Sha256Digest(SHA256.HashData(blob.Span))), counters, started);
    }

    private void Add(ManifestFile file, TransferCounters counters, long started)
    {
        _files.Add(file);
        _archives.Add(new BackupArchiveResult
        {
            Name = file.FileName,
            Size = file.Size,
            Checksum = file.Checksum,
            BytesReused = counters.BytesReused,
            BytesUploaded = counters.BytesUploaded,
            BytesSent = counters.BytesSent,
            Chunks = counters.Chunks,
            ChunksReused = counters.Chunks - counters.ChunksUploaded,
            Duration = _time.GetElapsedTime(started),
        });
        _progress.Tick();
    }
}
