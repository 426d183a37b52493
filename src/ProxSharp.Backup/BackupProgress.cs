namespace ProxSharp.Backup;

/// <summary>How far a backup is. Numbers count all archives unless they say otherwise.</summary>
public sealed record BackupProgress
{
    /// <summary>The archive at work, for example <c>disk.img.fidx</c>.</summary>
    public required string Archive { get; init; }

    /// <summary>Bytes of the archive so far.</summary>
    public long ArchiveBytes { get; init; }

    /// <summary>How many bytes the archive will have; null if that is not known, as for directories.</summary>
    public long? ArchiveSize { get; init; }

    /// <summary>Bytes of the sources so far. Those that were not read because nothing changed are among them.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes in chunks that the server had already.</summary>
    public long BytesReused { get; init; }

    /// <summary>Bytes in chunks that had to be uploaded, before compression.</summary>
    public long BytesUploaded { get; init; }

    /// <summary>Bytes that were sent for them, compressed and encrypted.</summary>
    public long BytesSent { get; init; }

    /// <summary>Chunks so far.</summary>
    public long Chunks { get; init; }

    /// <summary>Chunks that the server had already.</summary>
    public long ChunksReused { get; init; }

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>
    /// How long the rest of the archive takes if it goes on at the rate at which the server got what it has. Of directories it is a guess from the size that
    /// the archive had in the previous backup. Null until the server has a part of it, if nothing is known of its size, or if it is larger already than it was.
    /// </summary>
    public TimeSpan? Remaining { get; init; }
}
