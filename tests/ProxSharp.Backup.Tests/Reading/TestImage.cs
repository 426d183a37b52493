using System.Buffers;
using System.Collections.Concurrent;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A snapshot in memory with one image, <c>disk.img</c>, that counts what is fetched of it.</summary>
internal sealed class TestImage : ISnapshotSource
{
    private readonly Dictionary<Sha256Digest, byte[]> _chunks = [];
    private readonly byte[] _index;
    private readonly byte[] _manifest;
    private int _running;

    /// <param name="size">The length of the image.</param>
    /// <param name="chunks">The data of its chunks, by position; null and what is not listed are zeros.</param>
    /// <param name="key">Encrypts; null for plain.</param>
    /// <param name="chunkSize">The length of chunks.</param>
    public TestImage(long size, IReadOnlyDictionary<int, byte[]> chunks, CryptConfig? key = null, int chunkSize = FixedIndex.DefaultChunkSize)
    {
        FixedIndexBuilder builder = new(size, chunkSize);
        using DataBlobEncoder encoder = new(key);
        Dictionary<int, Sha256Digest> zeros = [];
        for (int i = 0; i < builder.Count; i++)
        {
            int length = (int)Math.Min(chunkSize, size - ((long)i * chunkSize));
            if (!chunks.TryGetValue(i, out byte[]? data) && zeros.TryGetValue(length, out Sha256Digest known))
            {
                builder.Set(i, known);
                continue;
            }

            Sha256Digest digest = Add(encoder, data ?? new byte[length], key);
            builder.Set(i, digest);
            if (data is null)
                zeros[length] = digest;
        }

        FixedIndex index = builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
        _index = index.ToArray();
        ManifestFile file = new("disk.img.fidx", key is null ? CryptMode.None : CryptMode.Encrypt, size, index.Checksum);
        BackupManifest manifest = BackupManifest.Create(Snapshot, [file]);
        ArrayBufferWriter<byte> blob = new();
        using DataBlobEncoder plain = new();
        plain.Encode((key is null ? manifest : manifest.Sign(key)).ToJson(), blob);
        _manifest = blob.WrittenSpan.ToArray();
    }

    public BackupSnapshotPath Snapshot { get; } = BackupSnapshotPath.Parse("host/test/2024-05-01T10:11:12Z");

    public string Origin => "memory";

    /// <summary>What was fetched, in order.</summary>
    public ConcurrentQueue<Sha256Digest> Fetched { get; } = [];

    public int MostAtOnce { get; private set; }

    /// <summary>Waited for before a chunk is given.</summary>
    public Func<Sha256Digest, CancellationToken, Task>? Gate { get; set; }

    public ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        destination.Write(fileName switch
        {
            ArchiveName.Manifest => _manifest,
            "disk.img.fidx" => _index,
            _ => throw new SnapshotFileNotFoundException(fileName),
        });
        return ValueTask.CompletedTask;
    }

    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        Fetched.Enqueue(digest);
        int running = Interlocked.Increment(ref _running);
        lock (Fetched)
            MostAtOnce = Math.Max(MostAtOnce, running);
        try
        {
            if (Gate is { } gate)
                await gate(digest, cancellationToken);
            destination.Write(_chunks[digest]);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<SnapshotReader> OpenAsync(SnapshotOpenOptions? options = null) => SnapshotReader.OpenAsync(this, options, TestContext.Current.CancellationToken);

    private Sha256Digest Add(DataBlobEncoder encoder, byte[] data, CryptConfig? key)
    {
        Sha256Digest digest = ChunkDigest.Compute(data, key);
        ArrayBufferWriter<byte> blob = new();
        encoder.Encode(data, blob);
        _chunks[digest] = blob.WrittenSpan.ToArray();
        return digest;
    }
}
