using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>An index that the fake server is writing.</summary>
internal sealed class FakeWriter(string name, long? size, FixedIndex? reused)
{
    private readonly List<(Sha256Digest Digest, long Length)> _chunks = [];
    private readonly Sha256Digest?[] _slots = size is { } bytes ? Slots(bytes, reused) : [];
    private long _count;
    private long _bytes;

    public string Name { get; } = name;

    public long? Size { get; } = size;

    public bool HasShortChunk { get; set; }

    public void Append(Sha256Digest digest, long offset, int length)
    {
        _count++;
        if (Size is not { } whole)
        {
            Refuse(offset != _bytes, $"dynamic writer '{Name}' append chunk failed - got strange chunk offset ({_bytes} != {offset})");
            _chunks.Add((digest, length));
            _bytes += length;
            return;
        }

        Refuse(offset % FixedIndex.DefaultChunkSize != 0 || offset + length > whole, "got strange chunk offset");
        Refuse(length != FixedIndex.DefaultChunkSize && offset + length != whole, "got unexpected chunk size");
        _bytes += length;
        _slots[offset / FixedIndex.DefaultChunkSize] = digest;
    }

    public byte[] Close(long count, long bytes, Sha256Digest checksum)
    {
        Refuse(count != _count, "unexpected chunk count");
        if (Size is not { } whole)
        {
            Refuse(count < 1, "parameter verification failed");
            Refuse(bytes != _bytes, "unexpected file size");
            using DynamicIndexBuilder dynamic = new();
            _chunks.ForEach(chunk => dynamic.Add(chunk.Length, chunk.Digest));
            Refuse(checksum != dynamic.ComputeChecksum(), "got unexpected checksum");
            return dynamic.Build(Guid.Empty, DateTimeOffset.UnixEpoch).ToArray();
        }

        Refuse(reused is null && (count != _slots.Length || bytes != whole), "unexpected file size");
        FixedIndexBuilder builder = new(whole);
        for (int i = 0; i < _slots.Length; i++)
        {
            builder.Set(i, _slots[i]!.Value);
        }

        FixedIndex index = builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
        Refuse(checksum != index.Checksum, "got unexpected checksum");
        return index.ToArray();
    }

    private static Sha256Digest?[] Slots(long bytes, FixedIndex? reused)
    {
        Sha256Digest?[] slots = new Sha256Digest?[(bytes + FixedIndex.DefaultChunkSize - 1) / FixedIndex.DefaultChunkSize];
        Refuse(reused is not null && reused.Count != slots.Length, "clone_data_from failed - index sizes not equal");
        for (int i = 0; i < (reused?.Count ?? 0); i++)
        {
            slots[i] = reused![i].Digest;
        }

        return slots;
    }

    private static void Refuse(bool when, string why)
    {
        if (when)
        {
            throw new FakeRefusal(why);
        }
    }
}
