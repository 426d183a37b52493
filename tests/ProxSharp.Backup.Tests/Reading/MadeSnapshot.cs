using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A snapshot in memory whose archives hold any bytes, with checksums that are right: what a server could make up.</summary>
internal sealed class MadeSnapshot : ISnapshotSource
{
    private const int ChunkLength = 4096;

    private readonly Dictionary<Sha256Digest, byte[]> _chunks = [];
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly List<Sha256Digest> _order = [];

    /// <param name="archives">The contents by stored names, which end in <c>.didx</c>.</param>
    public MadeSnapshot(params IEnumerable<(string Name, byte[] Content)> archives)
        : this(ChunkLength, archives)
    {
    }

    /// <param name="chunkLength">How many bytes a chunk has.</param>
    /// <param name="archives">The contents by stored names, which end in <c>.didx</c>.</param>
    public MadeSnapshot(int chunkLength, params IEnumerable<(string Name, byte[] Content)> archives)
    {
        List<ManifestFile> files = [];
        using DataBlobEncoder encoder = new();
        foreach ((string name, byte[] content) in archives)
        {
            using DynamicIndexBuilder builder = new();
            for (int at = 0; at < content.Length; at += chunkLength)
            {
                ReadOnlySpan<byte> part = content.AsSpan(at, Math.Min(chunkLength, content.Length - at));
                Sha256Digest digest = new(SHA256.HashData(part));
                builder.Add(part.Length, digest);
                _chunks[digest] = Encode(encoder, part);
                _order.Add(digest);
            }

            DynamicIndex index = builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
            _files[name] = index.ToArray();
            files.Add(new ManifestFile(name, CryptMode.None, content.Length, index.Checksum));
        }

        _files[ArchiveName.Manifest] = Encode(encoder, BackupManifest.Create(Snapshot, files).ToJson());
    }

    public BackupSnapshotPath Snapshot { get; } = BackupSnapshotPath.Parse("host/made/2024-05-01T10:11:12Z");

    public string Origin => "memory";

    /// <summary>Loses a chunk.</summary>
    /// <param name="number">Which, counted from 0 in the order of the archives; all are different.</param>
    public void Damage(int number) => _chunks.Remove(_order[number]);

    public ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        destination.Write(_files.TryGetValue(fileName, out byte[]? file) ? file : throw new SnapshotFileNotFoundException(fileName));
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        destination.Write(_chunks.TryGetValue(digest, out byte[]? chunk) ? chunk : throw new MissingChunkException($"The chunk {digest} is gone.", digest));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static byte[] Encode(DataBlobEncoder encoder, ReadOnlySpan<byte> content)
    {
        ArrayBufferWriter<byte> blob = new(content.Length + 64);
        encoder.Encode(content, blob);
        return blob.WrittenSpan.ToArray();
    }
}
