using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Makes snapshots for scenarios: real ones, whose data is mostly zeros and so takes next to no space.</summary>
internal sealed class SampleBackups(Datastore store, DateTimeOffset now)
{
    private const int ChunkSize = FixedIndex.DefaultChunkSize;
    private const int ArchiveOverhead = 1024;
    private const string SmallFile = "hello.txt";
    private const string LargeFile = "zeros.bin";

    private static readonly byte[] s_small = Encoding.UTF8.GetBytes("Hello from a simulated backup.\n");

    private static readonly ConcurrentDictionary<int, ZeroChunk> s_zeros = [];

    private readonly List<ManifestFile> _files = [];
    private readonly HashSet<Sha256Digest> _written = [];

    /// <summary>Makes a snapshot.</summary>
    /// <param name="key">The snapshot.</param>
    /// <param name="size">The length of its disk or archive in bytes.</param>
    public void Make(SnapshotKey key, long size)
    {
        switch (key.Group.Type)
        {
            case "vm":
                AddBlob(key, "qemu-server.conf.blob", "boot: order=scsi0\ncores: 2\nmemory: 2048\nname: vm\nscsi0: local-zfs:vm-100-disk-0,size=8G\n");
                AddImage(key, "drive-scsi0.img.fidx", size);
                break;
            case "ct":
                AddBlob(key, "pct.conf.blob", "arch: amd64\ncores: 1\nhostname: ct\nmemory: 512\nrootfs: local-zfs:subvol-200-disk-0,size=8G\n");
                AddArchive(key, size);
                break;
            default:
                AddArchive(key, size);
                break;
        }

        BackupManifest manifest = BackupManifest.Create(key.Snapshot, _files);
        store.Write(key, ArchiveName.Manifest, BlobCodecs.Wrap(manifest.ToJson()));
    }

    private static ZeroChunk Zeros(int length) => s_zeros.GetOrAdd(length, static length =>
    {
        byte[] data = new byte[length];
        return new ZeroChunk(new Sha256Digest(SHA256.HashData(data)), BlobCodecs.Encode(data));
    });

    private void AddBlob(SnapshotKey key, string name, string text)
    {
        byte[] blob = BlobCodecs.Wrap(Encoding.UTF8.GetBytes(text));
        store.Write(key, name, blob);
        _files.Add(new ManifestFile(name, CryptMode.None, blob.Length, new Sha256Digest(SHA256.HashData(blob))));
    }

    private Sha256Digest AddZeros(int length)
    {
        (Sha256Digest digest, byte[] blob) = Zeros(length);
        if (_written.Add(digest))
        {
            store.Chunks.Write(digest, blob, now);
        }

        return digest;
    }

    private Sha256Digest AddChunk(byte[] data)
    {
        Sha256Digest digest = new(SHA256.HashData(data));
        store.Chunks.Write(digest, BlobCodecs.Encode(data), now);
        return digest;
    }

    private void AddImage(SnapshotKey key, string name, long size)
    {
        FixedIndexBuilder builder = new(size);
        for (int i = 0; i < builder.Count; i++)
        {
            builder.Set(i, AddZeros((int)Math.Min(ChunkSize, size - ((long)i * ChunkSize))));
        }

        FixedIndex index = builder.Build(IdOf(key), key.Snapshot.Time);
        store.Write(key, name, index.ToArray());
        _files.Add(new ManifestFile(name, CryptMode.None, index.Size, index.Checksum));
    }

    /// <summary>An archive of one file of zeros, and its catalog.</summary>
    private void AddArchive(SnapshotKey key, long size)
    {
        long content = Math.Max(0, size - ArchiveOverhead);
        (byte[] head, byte[] tail) = ArchiveAround(key.Time, content);
        List<(long Length, Sha256Digest Digest)> chunks = [(head.Length, AddChunk(head))];
        for (long left = content; left > 0; left -= ChunkSize)
        {
            int length = (int)Math.Min(ChunkSize, left);
            chunks.Add((length, AddZeros(length)));
        }

        chunks.Add((tail.Length, AddChunk(tail)));
        AddIndex(key, "root.pxar.didx", chunks);

        ArrayBufferWriter<byte> catalog = new();
        CatalogWriter writer = new(catalog);
        writer.BeginDirectory(new PxarName("root.pxar.didx"));
        writer.AddFile(new PxarName(SmallFile), (ulong)s_small.Length, key.Time);
        writer.AddFile(new PxarName(LargeFile), (ulong)content, key.Time);
        writer.EndDirectory();
        writer.Finish();
        byte[] bytes = catalog.WrittenSpan.ToArray();
        AddIndex(key, ArchiveName.Catalog, [(bytes.Length, AddChunk(bytes))]);
    }

    /// <summary>
    /// What stands before and after the content of the large file of an archive: an archive in which this file is empty, its lengths and distances grown by
    /// the content.
    /// </summary>
    private static (byte[] Head, byte[] Tail) ArchiveAround(long time, long content)
    {
        const int Header = 16;
        const int Record = 24;
        const int Children = 2;
        const int TailLength = Header + (Record * (Children + 1));
        PxarTimestamp modified = new(time, 0);
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, Permissions("644")) with { ModificationTime = modified };
        using MemoryStream stream = new();
        PxarWriter writer = PxarWriter.Create(stream, PxarMetadata.Create(PxarEntryKind.Directory, Permissions("755")) with { ModificationTime = modified });
        writer.WriteFile(new PxarName(SmallFile), file, s_small);
        writer.WriteFile(new PxarName(LargeFile), file, ReadOnlyMemory<byte>.Empty);
        writer.Finish();
        byte[] archive = stream.ToArray();
        (byte[] head, byte[] tail) = (archive[..^TailLength], archive[^TailLength..]);
        Grow(head.AsSpan(head.Length - sizeof(long)), content);
        for (int i = 0; i <= Children; i++)
        {
            Span<byte> record = tail.AsSpan(Header + (i * Record), Record);
            Span<byte> distance = record[8..];
            Span<byte> size = record[16..];

            // The large file is the last one before the table: it is as long as it is far away.
            if (i < Children && distance[..8].SequenceEqual(size))
            {
                Grow(size, content);
            }

            Grow(distance, content);
        }

        return (head, tail);
    }

    private static uint Permissions(string octal) => Convert.ToUInt32(octal, 8);

    private static void Grow(Span<byte> number, long by) => BinaryPrimitives.WriteInt64LittleEndian(number, BinaryPrimitives.ReadInt64LittleEndian(number) + by);

    private void AddIndex(SnapshotKey key, string name, List<(long Length, Sha256Digest Digest)> chunks)
    {
        using DynamicIndexBuilder builder = new();
        foreach ((long length, Sha256Digest digest) in chunks)
        {
            builder.Add(length, digest);
        }

        DynamicIndex index = builder.Build(IdOf(key), key.Snapshot.Time);
        store.Write(key, name, index.ToArray());
        _files.Add(new ManifestFile(name, CryptMode.None, index.Size, index.Checksum));
    }

    private static Guid IdOf(SnapshotKey key) => new(SHA256.HashData(Encoding.UTF8.GetBytes(key.Folder)).AsSpan(0, 16));

    private sealed record ZeroChunk(Sha256Digest Digest, byte[] Blob);
}
