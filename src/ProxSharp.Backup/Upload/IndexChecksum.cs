using System.Buffers.Binary;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Upload;

/// <summary>Computes the checksum of an index from its chunks in order, without keeping them.</summary>
internal sealed class IndexChecksum : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IndexKind _kind;
    private readonly FixedIndex? _reused;
    private readonly long _size;
    private int _next;

    /// <summary>Starts a checksum.</summary>
    /// <param name="kind">The kind of the index.</param>
    /// <param name="size">The size of a fixed archive; not used otherwise.</param>
    /// <param name="reused">The index that the server has started with; null for an empty one.</param>
    public IndexChecksum(IndexKind kind, long size = 0, FixedIndex? reused = null) => (_kind, _size, _reused) = (kind, size, reused);

    /// <summary>How many chunks were appended.</summary>
    public long Count { get; private set; }

    /// <summary>How many bytes they hold.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds the next chunk.</summary>
    public void Add(PendingChunk chunk)
    {
        Count++;
        Bytes += chunk.Length;
        Span<byte> entry = stackalloc byte[sizeof(long) + Sha256Digest.Size];
        chunk.Digest.CopyTo(entry[sizeof(long)..]);
        if (_kind == IndexKind.Dynamic)
        {
            BinaryPrimitives.WriteInt64LittleEndian(entry, Bytes);
            _hash.AppendData(entry);
            return;
        }

        int slot = (int)(chunk.Offset / FixedIndex.DefaultChunkSize);
        AddReusedUpTo(slot);
        _hash.AppendData(entry[sizeof(long)..]);
        _next = slot + 1;
    }

    /// <summary>Ends the checksum.</summary>
    public IndexOutcome Finish()
    {
        AddReusedUpTo(_reused?.Count ?? 0);
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        _hash.GetCurrentHash(digest);
        return new IndexOutcome(_kind == IndexKind.Fixed ? _size : Bytes, new Sha256Digest(digest));
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void AddReusedUpTo(int slot)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        for (; _reused is not null && _next < slot; _next++)
        {
            _reused[_next].Digest.CopyTo(digest);
            _hash.AppendData(digest);
        }
    }
}
