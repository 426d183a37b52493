using System.Globalization;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Upload;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>
/// Reads a snapshot: its files, images and directory trees. Whatever is read is verified against the manifest, and the manifest against the key if there is
/// one. Several operations may run at once.
/// </summary>
/// <example>
/// <code>
/// await using SnapshotReader snapshot = await store.OpenSnapshotAsync(BackupSnapshotPath.Parse("host/web/2024-05-01T10:11:12Z"));
/// await snapshot.RestoreFileAsync("disk.img", "/var/tmp/disk.img");
/// </code>
/// </example>
public sealed partial class SnapshotReader : IAsyncDisposable, IDisposable
{
    private const int MaxIndexSize = 1 << 30;
    private const int UsualChunkSize = 4 << 20;
    private const int FewestAtRate = 2;

    private readonly ISnapshotSource _source;
    private readonly SnapshotOpenOptions _options;
    private readonly ChunkBufferPool _pool;
    private readonly ChunkCache _cache;
    private readonly ReadCounters _counters = new();
    private readonly RateLimiter? _rate;
    private readonly Lock _lock = new();

    // Stays undisposed: what is still running when the reader ends asks for it.
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<string, Task<ChunkedFile>> _open = [];
    private bool _disposed;

    private SnapshotReader(ISnapshotSource source, SnapshotOpenOptions options, BackupManifest manifest, byte[] manifestText, ManifestSignature signature)
    {
        (_source, _options, Manifest, ManifestText, Signature) = (source, options, manifest, manifestText, signature);
        Files = [.. manifest.Files.Select(SnapshotFile.Create)];

        // Room beside what may be fetched ahead: for what is in use, and for gaps.
        _pool = new(2 * options.MaxBytesAhead);
        _cache = new(options.CacheBytes);
        _rate = RateLimiter.Create(options.BytesPerSecond, options.BurstBytes, options.TimeProvider);
    }

    /// <summary>The snapshot.</summary>
    public BackupSnapshotPath Snapshot => Manifest.Snapshot;

    /// <summary>The list of the snapshot's files, as its client and its server wrote it.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>The files of the snapshot, in the order of the manifest. The manifest itself and the client's log are not among them.</summary>
    public IReadOnlyList<SnapshotFile> Files { get; }

    /// <summary>
    /// What the check of the manifest found: its signature is valid, there is none, or there is no key to check it with. All else was refused when the
    /// snapshot was opened.
    /// </summary>
    public ManifestSignature Signature { get; }

    /// <summary>How many encoded bytes of chunks were fetched so far.</summary>
    public long BytesFetched => _counters.Bytes;

    /// <summary>How many chunks were fetched so far.</summary>
    public long ChunksFetched => _counters.Chunks;

    internal TimeProvider Time => _options.TimeProvider;

    internal ReadAhead Ahead => new(ChunksAhead, _options.MaxBytesAhead);

    internal ReadCounters Counters => _counters;

    // With a rate, more than a second's worth on its way would only wait, and be lost when the restore is broken off.
    private int ChunksAhead => _options.BytesPerSecond is { } rate
        ? (int)Math.Min(_options.MaxChunksAhead, Math.Max(FewestAtRate, rate / UsualChunkSize))
        : _options.MaxChunksAhead;

    private byte[] ManifestText { get; }

    /// <summary>Opens a snapshot: fetches its manifest and checks it.</summary>
    /// <param name="source">Where the snapshot is. The reader disposes it, also if it cannot be opened.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="BackupKeyException">The snapshot was made with a key that was not given, or with another one.</exception>
    /// <exception cref="BackupSignatureException">The manifest was changed, or its signature was taken away.</exception>
    /// <exception cref="ProxmoxProtocolException">The manifest is damaged, or belongs to another snapshot.</exception>
    /// <exception cref="SnapshotFileNotFoundException">There is no manifest: the snapshot was not finished.</exception>
    public static async Task<SnapshotReader> OpenAsync(
        ISnapshotSource source,
        SnapshotOpenOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= SnapshotOpenOptions.Default;
        try
        {
            options.Validate();
            (BackupManifest manifest, byte[] text) = await SnapshotManifest.ReadAsync(source, cancellationToken).ConfigureAwait(false);
            return new(source, options, manifest, text, SnapshotManifest.Check(manifest, source, options));
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Finds a file by its name, with or without the stored suffix: <c>root</c>, <c>root.pxar</c> or <c>root.pxar.didx</c>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The file; null if there is none.</returns>
    public SnapshotFile? FindFile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return SnapshotNames.Find(Files, name);
    }

    /// <summary>Ends the session and frees all buffers. Streams and archives that were opened cannot be read any more; what is at work ends with an
    /// <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<ChunkedFile>[] open;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            open = [.. _open.Values];
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        await _cache.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        foreach (Task<ChunkedFile> file in open)
        {
            await ((Task)file).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (file.IsCompletedSuccessfully)
                (await file.ConfigureAwait(false)).Dispose();
        }
    }

    internal SnapshotFile GetFile(string name) => FindFile(name) ?? throw SnapshotNames.NotFound(Files, name, Describe());

    internal void Warn(string message) => _options.Warned?.Invoke(message);

    internal string Describe() => $"{Snapshot} of {_source.Origin}";

    /// <summary>Whether the content of a file can be read with what was given: it is not encrypted, or there is a key.</summary>
    internal bool CanDecrypt(SnapshotFile file) => file.CryptMode != CryptMode.Encrypt || _options.Key is not null;

    /// <summary>Keeps no chunks of what was read so far, nor the memory that they had.</summary>
    internal void ForgetChunks()
    {
        _cache.Clear();
        _pool.Trim();
    }

    /// <summary>Opens a file that is a list of chunks. The list is fetched and verified once.</summary>
    internal Task<ChunkedFile> OpenChunkedAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        // Without its key nothing but the stored chunks of an encrypted file can be checked.
        if (!CanDecrypt(file))
            throw SnapshotManifest.MissingKey(file.Name, Manifest.KeyFingerprint);
        return OpenStoredAsync(file, cancellationToken);
    }

    /// <summary>Opens a file that is a list of chunks, with or without the key that its chunks may need.</summary>
    internal Task<ChunkedFile> OpenStoredAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_open.TryGetValue(file.StoredName, out Task<ChunkedFile>? open) || open.IsFaulted || open.IsCanceled)
                _open[file.StoredName] = open = LoadChunkedAsync(file);
            return open.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The key for the content of a file; null if it is not encrypted.</summary>
    private CryptConfig? KeyOf(SnapshotFile file) => file.CryptMode == CryptMode.Encrypt
        ? _options.Key ?? throw SnapshotManifest.MissingKey(file.Name, Manifest.KeyFingerprint)
        : null;

    private ProxmoxProtocolException Unlike(SnapshotFile file, long length, Sha256Digest checksum) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{file.StoredName} of {Snapshot} is not what the manifest names: "
        + $"{length} bytes with the checksum {checksum}, not {file.Length} with {file.Checksum}."));

    private async Task<ChunkedFile> LoadChunkedAsync(SnapshotFile file)
    {
        // One caller's cancellation must not fail the others that wait for the same list, so it is not passed on.
        CryptConfig? key = file.CryptMode == CryptMode.Encrypt ? _options.Key : null;
        using PooledBuffer bytes = new(_pool, 64 << 10, MaxIndexSize);
        await _source.DownloadAsync(file.StoredName, bytes, CancellationToken.None).ConfigureAwait(false);
        IChunkIndex index = ParseIndex(file, bytes.Span);
        if (index.Size != file.Length || index.Checksum != file.Checksum)
            throw Unlike(file, index.Size, index.Checksum);
        ChunkLoader loader = new(_source, file.Name, key, _pool, _counters, _rate, time: Time, ended: _ended.Token);
        return new(file, index, loader, ZeroChunks.Find(index, key), _cache, Ahead);
    }

    private IChunkIndex ParseIndex(SnapshotFile file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return file.IsFixedIndex ? FixedIndex.Parse(bytes) : DynamicIndex.Parse(bytes);
        }
        catch (ProxmoxProtocolException exception)
        {
            throw Damaged($"{file.StoredName} of {Snapshot}", exception);
        }
    }
}
