using ProxSharp.Backup.Formats;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>The chunks of a datastore by their digests. Safe for concurrent use. The arrays that go in and out must not be changed.</summary>
internal abstract class ChunkStore
{
    private long _bytes;
    private long _count;

    /// <summary>The encoded length of all chunks.</summary>
    public long StoredBytes => Interlocked.Read(ref _bytes);

    public long Count => Interlocked.Read(ref _count);

    /// <summary>The chunks and their encoded lengths.</summary>
    public abstract IEnumerable<StoredChunk> All { get; }

    /// <summary>The blob of a chunk; null if there is none.</summary>
    public abstract byte[]? Read(Sha256Digest digest);

    /// <summary>The encoded length of a chunk; null if there is none.</summary>
    public abstract long? Length(Sha256Digest digest);

    /// <summary>Stores a chunk, or replaces it.</summary>
    public void Write(Sha256Digest digest, byte[] blob, DateTimeOffset now)
    {
        long? before = Put(digest, blob, now);
        Interlocked.Add(ref _bytes, blob.Length - (before ?? 0));
        if (before is null)
        {
            Interlocked.Increment(ref _count);
        }
    }

    /// <summary>Notes that a chunk is in use; returns false if there is none.</summary>
    public abstract bool Touch(Sha256Digest digest, DateTimeOffset now);

    /// <summary>When a chunk was last known to be in use.</summary>
    public abstract DateTimeOffset LastTouched(Sha256Digest digest);

    public void Remove(Sha256Digest digest)
    {
        if (Take(digest) is { } length)
        {
            Interlocked.Add(ref _bytes, -length);
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Sets a damaged chunk aside, as a verification does.</summary>
    public void SetAside(Sha256Digest digest)
    {
        if (Read(digest) is { } blob)
        {
            KeepBad(digest, blob);
            Remove(digest);
        }
    }

    /// <summary>Chunks that were set aside and not yet removed.</summary>
    public abstract int BadCount { get; }

    /// <summary>Removes the chunks set aside whose place a good one took; returns how many.</summary>
    public abstract int RemoveBad();

    protected void Counted(long count, long bytes)
    {
        Interlocked.Add(ref _count, count);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>Stores a chunk; returns the length of the one that was there.</summary>
    protected abstract long? Put(Sha256Digest digest, byte[] blob, DateTimeOffset now);

    /// <summary>Removes a chunk; returns its length.</summary>
    protected abstract long? Take(Sha256Digest digest);

    protected abstract void KeepBad(Sha256Digest digest, byte[] blob);
}
