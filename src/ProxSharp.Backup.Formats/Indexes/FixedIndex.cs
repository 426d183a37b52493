using System.Buffers;

namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>The index of an archive cut into chunks of one size, as disk images are (spec 5.3). Files end in <c>.fidx</c>.</summary>
public sealed class FixedIndex : IChunkIndex
{
    /// <summary>The chunk size that all official programs use: 4 MiB.</summary>
    public const int DefaultChunkSize = 4 << 20;

    internal const string What = "fixed index";

    private readonly IndexHeader _header;
    private readonly byte[] _entries;

    private FixedIndex(IndexHeader header, byte[] entries) => (_header, _entries) = (header, entries);

    /// <summary>The random id of the index.</summary>
    public Guid Id => _header.Id;

    /// <summary>When the index was made, to the second.</summary>
    public DateTimeOffset Created => _header.Created;

    /// <inheritdoc/>
    public long Size => (long)_header.Size;

    /// <summary>The length of all chunks but the last one in bytes.</summary>
    public long ChunkSize => (long)_header.ChunkSize;

    /// <inheritdoc/>
    public int Count => _entries.Length / Sha256Digest.Size;

    /// <inheritdoc/>
    public Sha256Digest Checksum => _header.Checksum;

    /// <inheritdoc/>
    public IndexChunk this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            long start = position * ChunkSize;
            Sha256Digest digest = new(_entries.AsSpan(position * Sha256Digest.Size, Sha256Digest.Size));
            return new IndexChunk(start, position == Count - 1 ? Size : start + ChunkSize, digest);
        }
    }

    /// <summary>Reads an index and checks its checksum.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no fixed index, or are damaged.</exception>
    public static FixedIndex Parse(ReadOnlySpan<byte> source)
    {
        IndexHeader header = IndexHeader.Read(source, IndexHeader.FixedMagic, What);
        if (header.Size > long.MaxValue)
        {
            throw Malformed.At(IndexHeader.SizeOffset, FormattableString.Invariant($"The fixed index names a size that cannot be: {header.Size} bytes."));
        }

        if (header.ChunkSize is 0 or > long.MaxValue)
        {
            throw Malformed.At(IndexHeader.ChunkSizeOffset, FormattableString.Invariant($"The fixed index names a chunk size that cannot be: {header.ChunkSize} bytes."));
        }

        ReadOnlySpan<byte> entries = source[IndexHeader.Length..];
        ulong count = (header.Size / header.ChunkSize) + (header.Size % header.ChunkSize == 0 ? 0ul : 1ul);
        if (entries.Length % Sha256Digest.Size != 0 || count != (ulong)(entries.Length / Sha256Digest.Size))
        {
            throw Malformed.At(source.Length, FormattableString.Invariant($"The fixed index has {entries.Length} bytes of entries; its size asks for {count} entries of 32 bytes."));
        }

        header.CheckEntries(entries, What);
        return new FixedIndex(header, entries.ToArray());
    }

    /// <summary>Reads an index to the end of a stream and checks its checksum.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no fixed index, or are damaged.</exception>
    public static FixedIndex Read(Stream source) => Parse(IndexInput.ReadToEnd(source, What));

    /// <inheritdoc cref="Read"/>
    public static async Task<FixedIndex> ReadAsync(Stream source, CancellationToken cancellationToken = default) =>
        Parse(await IndexInput.ReadToEndAsync(source, What, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public int FindChunk(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, Size);
        return (int)(offset / ChunkSize);
    }

    /// <summary>Writes the index as a file holds it.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _header.Write(output);
        output.Write(_entries);
    }

    /// <summary>The index as a file holds it.</summary>
    public byte[] ToArray() => IndexInput.ToArray(WriteTo, IndexHeader.Length + _entries.Length);

    internal static FixedIndex Create(Guid id, DateTimeOffset created, long size, long chunkSize, byte[] entries) =>
        new(new IndexHeader(IndexHeader.FixedMagic, id, created, IndexHeader.ComputeChecksum(entries), (ulong)size, (ulong)chunkSize), entries);
}
