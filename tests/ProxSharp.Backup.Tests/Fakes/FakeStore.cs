using System.Buffers;
using System.Collections.Concurrent;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>What a backup server keeps: chunks, and the files of each finished snapshot.</summary>
internal sealed class FakeStore
{
    /// <summary>The blobs of all chunks.</summary>
    public ConcurrentDictionary<Sha256Digest, byte[]> Chunks { get; } = new();

    /// <summary>The files of the finished snapshots, oldest first.</summary>
    public List<Dictionary<string, byte[]>> Snapshots { get; } = [];

    /// <summary>When the last snapshot was made.</summary>
    public long? LastTime { get; set; }

    /// <summary>Reads an archive of the last snapshot back.</summary>
    public byte[] Read(string name, CryptConfig? key = null)
    {
        byte[] file = Snapshots[^1][name];
        using DataBlobDecoder decoder = new(key);
        if (name.EndsWith(".blob", StringComparison.Ordinal))
        {
            ArrayBufferWriter<byte> whole = new();
            decoder.Decode(file, whole);
            return whole.WrittenSpan.ToArray();
        }

        IChunkIndex index = name.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(file) : DynamicIndex.Parse(file);
        byte[] content = new byte[index.Size];
        for (int i = 0; i < index.Count; i++)
        {
            decoder.DecodeExactly(Chunks[index[i].Digest], content.AsSpan((int)index[i].Start, (int)index[i].Length));
        }

        return content;
    }

    /// <summary>The manifest of the last snapshot.</summary>
    public BackupManifest Manifest() => BackupManifest.Parse(Read(ArchiveName.Manifest));
}
