using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Writes a fixed index.</summary>
internal sealed class FixedWriter : IndexWriter
{
    private const int ChunkSize = FixedIndex.DefaultChunkSize;

    private readonly FixedIndexBuilder _index;
    private readonly bool _isIncremental;
    private readonly HashSet<int> _missing = [];
    private int _smallChunks;

    /// <summary>Begins an index.</summary>
    /// <param name="id">The writer's number.</param>
    /// <param name="name">The stored name of the archive.</param>
    /// <param name="size">The length of the archive in bytes.</param>
    /// <param name="previous">The index whose chunks are taken over; null if there is none.</param>
    /// <exception cref="ApiFault">The previous index is of another size, or the size cannot be.</exception>
    public FixedWriter(int id, string name, long size, FixedIndex? previous)
        : base(id, name)
    {
        try
        {
            _index = new FixedIndexBuilder(size);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ApiFault(400, "mmap failed: ENOMEM: Out of memory");
        }

        _isIncremental = previous is not null;
        if (previous is null)
        {
            _missing = [.. Enumerable.Range(0, _index.Count)];
            return;
        }

        if (previous.Count != _index.Count)
        {
            throw new ApiFault(400, "clone_data_from failed - index sizes not equal");
        }

        for (int i = 0; i < previous.Count; i++)
        {
            _index.Set(i, previous[i].Digest);
        }
    }

    public override string Kind => "fixed";

    public override void Register(int size, long stored, bool isDuplicate)
    {
        if (size > ChunkSize)
        {
            // Proxmox: the text lacks its last bracket.
            throw new ApiFault(400, FormattableString.Invariant($"fixed writer '{Name}' - got large chunk ({size} > {ChunkSize}"));
        }

        if (size < ChunkSize && ++_smallChunks > 1)
        {
            throw new ApiFault(400, FormattableString.Invariant($"fixed writer '{Id}' - detected multiple end chunks (chunk size too small)"));
        }

        base.Register(size, stored, isDuplicate);
    }

    public override void Append(long offset, int size, Sha256Digest digest)
    {
        long end = offset + size;
        if (end > _index.Size)
        {
            throw new ApiFault(400, FormattableString.Invariant($"chunk data exceeds size ({end} >= {_index.Size})"));
        }

        if ((end != _index.Size && size != ChunkSize) || size > ChunkSize)
        {
            throw new ApiFault(400, FormattableString.Invariant($"chunk with unexpected length ({size} != {ChunkSize}"));
        }

        if (offset % ChunkSize != 0)
        {
            throw new ApiFault(400, FormattableString.Invariant($"got unaligned chunk (pos = {offset})"));
        }

        int slot = (int)(offset / ChunkSize);
        _index.Set(slot, digest);
        _missing.Remove(slot);
        Appended++;
    }

    public override (byte[] File, Guid Id, long Length) Finish(long chunkCount, long size, Sha256Digest checksum, DateTimeOffset now)
    {
        if (Appended != chunkCount)
        {
            throw CloseFailed(FormattableString.Invariant($"received wrong number of chunk ({Appended} != {chunkCount})"));
        }

        if (!_isIncremental)
        {
            CheckCount(_index.Count, Appended);
            CheckSize(_index.Size, size);
        }

        // A slot written twice leaves another one empty, which the checksum of a full index cannot match.
        if (_missing.Count > 0)
        {
            throw CloseFailed("got unexpected checksum");
        }

        Guid id = Guid.NewGuid();
        FixedIndex index = _index.Build(id, now);
        CheckSum(checksum, index.Checksum);
        return (index.ToArray(), id, _index.Size);
    }
}
