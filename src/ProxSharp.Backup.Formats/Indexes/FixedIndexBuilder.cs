namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>Collects the chunks of an archive of known size. They may come in any order.</summary>
public sealed class FixedIndexBuilder
{
    private readonly byte[] _entries;
    private readonly bool[] _known;
    private int _missing;

    /// <summary>Creates a builder.</summary>
    /// <param name="size">The length of the archive in bytes: 1 at least.</param>
    /// <param name="chunkSize">The length of a chunk in bytes; servers take 4 MiB only.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or there would be too many chunks.</exception>
    public FixedIndexBuilder(long size, int chunkSize = FixedIndex.DefaultChunkSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkSize);
        long count = ((size - 1) / chunkSize) + 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / Sha256Digest.Size, nameof(size));
        Size = size;
        ChunkSize = chunkSize;
        _entries = new byte[count * Sha256Digest.Size];
        _known = new bool[count];
        _missing = (int)count;
    }

    /// <summary>The length of the archive in bytes.</summary>
    public long Size { get; }

    /// <summary>The length of a chunk in bytes.</summary>
    public int ChunkSize { get; }

    /// <summary>The number of chunks that the archive has.</summary>
    public int Count => _known.Length;

    /// <summary>Sets the chunk at a position; the last word counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public void Set(int position, Sha256Digest digest)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
        digest.CopyTo(_entries.AsSpan(position * Sha256Digest.Size));
        _missing -= _known[position] ? 0 : 1;
        _known[position] = true;
    }

    /// <summary>Makes the index.</summary>
    /// <param name="id">A random id.</param>
    /// <param name="created">The time to write into the file.</param>
    /// <exception cref="InvalidOperationException">Some chunk was not set.</exception>
    public FixedIndex Build(Guid id, DateTimeOffset created)
    {
        if (_missing != 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"{_missing} of {Count} chunks are missing."));
        }

        return FixedIndex.Create(id, created, Size, ChunkSize, [.. _entries]);
    }
}
