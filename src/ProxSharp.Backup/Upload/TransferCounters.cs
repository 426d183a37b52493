namespace ProxSharp.Backup.Upload;

/// <summary>What was read and sent, of one archive or of all. Safe for concurrent use.</summary>
internal sealed class TransferCounters(TransferCounters? whole)
{
    private long _bytesRead;
    private long _bytesReused;
    private long _bytesSkipped;
    private long _bytesUploaded;
    private long _bytesSent;
    private long _chunks;
    private long _chunksUploaded;

    /// <summary>Bytes of the archive so far, injected ones among them.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes that the server knew.</summary>
    public long BytesReused => Interlocked.Read(ref _bytesReused);

    /// <summary>Those of them that were not even read.</summary>
    public long BytesSkipped => Interlocked.Read(ref _bytesSkipped);

    /// <summary>Bytes that had to be uploaded, before compression.</summary>
    public long BytesUploaded => Interlocked.Read(ref _bytesUploaded);

    /// <summary>Bytes that were sent for them.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Chunks so far.</summary>
    public long Chunks => Interlocked.Read(ref _chunks);

    /// <summary>Chunks that had to be uploaded.</summary>
    public long ChunksUploaded => Interlocked.Read(ref _chunksUploaded);

    /// <summary>Counts bytes that were read.</summary>
    public void AddRead(long bytes)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        whole?.AddRead(bytes);
    }

    /// <summary>Counts a chunk that the server knew.</summary>
    public void AddReused(long bytes)
    {
        Interlocked.Add(ref _bytesReused, bytes);
        Interlocked.Increment(ref _chunks);
        whole?.AddReused(bytes);
    }

    /// <summary>Counts chunks of the previous backup that stay as they are, and are not read.</summary>
    public void AddSkipped(long bytes, long chunks)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        Interlocked.Add(ref _bytesReused, bytes);
        Interlocked.Add(ref _bytesSkipped, bytes);
        Interlocked.Add(ref _chunks, chunks);
        whole?.AddSkipped(bytes, chunks);
    }

    /// <summary>Counts a chunk, or a small file, that was uploaded.</summary>
    public void AddUploaded(long bytes, long sent)
    {
        Interlocked.Add(ref _bytesUploaded, bytes);
        Interlocked.Add(ref _bytesSent, sent);
        Interlocked.Increment(ref _chunks);
        Interlocked.Increment(ref _chunksUploaded);
        whole?.AddUploaded(bytes, sent);
    }
}
