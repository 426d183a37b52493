using System.Buffers;
using System.Buffers.Binary;

namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>The index of an archive cut where its content says so, as file archives are (spec 5.4). Files end in <c>.didx</c>.</summary>
public sealed class DynamicIndex : IChunkIndex
{
    internal const int EntrySize = sizeof(ulong) + Sha256Digest.Size;
    internal const string What = "dynamic index";

    private readonly IndexHeader _header;
    private readonly byte[] _entries;

    private DynamicIndex(IndexHeader header, byte[] entries) => (_header, _entries) = (header, entries);

    /// <summary>The random id of the index.</summary>
    public Guid Id => _header.Id;

    /// <summary>When the index was made, to the second.</summary>
    public DateTimeOffset Created => _header.Created;

    /// <inheritdoc/>
    public long Size => Count == 0 ? 0 : End(Count - 1);

    /// <inheritdoc/>
    public int Count => _entries.Length / EntrySize;

    /// <inheritdoc/>
    public Sha256Digest Checksum => _header.Checksum;

    /// <inheritdoc/>
    public IndexChunk this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            Sha256Digest digest = new(_entries.AsSpan((position * EntrySize) + sizeof(ulong), Sha256Digest.Size));
            return new IndexChunk(position == 0 ? 0 : End(position - 1), End(position), digest);
        }
    }

    /// <summary>Reads an index and checks its checksum and the order of its entries.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no dynamic index, or are damaged.</exception>
    public static DynamicIndex Parse(ReadOnlySpan<byte> source)
    {
        IndexHeader header = IndexHeader.Read(source, IndexHeader.DynamicMagic, What);
        ReadOnlySpan<byte> entries = source[IndexHeader.Length..];
        if (entries.Length % EntrySize != 0)
        {
            throw Malformed.At(source.Length, FormattableString.Invariant($"The dynamic index has {entries.Length} bytes of entries, which is no multiple of 40."));
        }

        ulong end = 0;
        for (int at = 0; at < entries.Length; at += EntrySize)
        {
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(entries[at..]);
            if (next <= end || next > long.MaxValue)
            {
                throw Malformed.At(IndexHeader.Length + at, FormattableString.Invariant($"A chunk of the dynamic index ends at {next}, the one before it at {end}."));
            }

            end = next;
        }

        header.CheckEntries(entries, What);
        return new DynamicIndex(header, entries.ToArray());
    }

    /// <summary>Reads an index to the end of a stream and checks it.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no dynamic index, or are damaged.</exception>
    public static DynamicIndex Read(Stream source) => Parse(IndexInput.ReadToEnd(source, What));

    /// <inheritdoc cref="Read"/>
    public static async Task<DynamicIndex> ReadAsync(Stream source, CancellationToken cancellationToken = default) =>
        Parse(await IndexInput.ReadToEndAsync(source, What, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public int FindChunk(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, Size);
        int low = 0, high = Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (End(middle) > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
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

    internal static DynamicIndex Create(Guid id, DateTimeOffset created, byte[] entries) =>
        new(new IndexHeader(IndexHeader.DynamicMagic, id, created, IndexHeader.ComputeChecksum(entries), 0, 0), entries);

    private long End(int position) => BinaryPrimitives.ReadInt64LittleEndian(_entries.AsSpan(position * EntrySize));
}
