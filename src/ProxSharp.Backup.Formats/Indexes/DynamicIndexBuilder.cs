using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>Collects the chunks of an archive in order.</summary>
public sealed class DynamicIndexBuilder : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _entries = [];
    private int _length;

    /// <summary>The length of the archive so far in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>The number of chunks so far.</summary>
    public int Count => _length / DynamicIndex.EntrySize;

    /// <summary>Adds the next chunk.</summary>
    /// <param name="length">The length of its data in bytes.</param>
    /// <param name="digest">The digest that names it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or the archive becomes too long.</exception>
    public void Add(long length, Sha256Digest digest)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - Size);
        if (_length == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(64 * DynamicIndex.EntrySize, checked(_entries.Length * 2)));
        }

        Size += length;
        Span<byte> entry = _entries.AsSpan(_length, DynamicIndex.EntrySize);
        BinaryPrimitives.WriteInt64LittleEndian(entry, Size);
        digest.CopyTo(entry[sizeof(long)..]);
        _hash.AppendData(entry);
        _length += DynamicIndex.EntrySize;
    }

    /// <summary>The checksum over all entries so far.</summary>
    public Sha256Digest ComputeChecksum()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        _hash.GetCurrentHash(digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Makes the index of the chunks so far.</summary>
    /// <param name="id">A random id.</param>
    /// <param name="created">The time to write into the file.</param>
    public DynamicIndex Build(Guid id, DateTimeOffset created) => DynamicIndex.Create(id, created, _entries[.._length]);

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
