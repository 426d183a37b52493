namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>Cuts a stream into chunks of one size (spec 7.3).</summary>
public sealed class FixedChunker : IChunker
{
    private readonly int _size;
    private int _length;

    /// <summary>Creates a chunker.</summary>
    /// <param name="chunkSize">The length of a chunk in bytes; servers take 4 MiB only.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public FixedChunker(int chunkSize = Indexes.FixedIndex.DefaultChunkSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkSize);
        _size = chunkSize;
    }

    /// <inheritdoc/>
    public int Scan(ReadOnlySpan<byte> data)
    {
        int rest = _size - _length;
        if (data.Length < rest)
        {
            _length += data.Length;
            return 0;
        }

        _length = 0;
        return rest;
    }

    /// <inheritdoc/>
    public void Reset() => _length = 0;
}
