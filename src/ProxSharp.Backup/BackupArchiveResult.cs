using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup;

/// <summary>What became of one archive of a backup.</summary>
public sealed record BackupArchiveResult
{
    /// <summary>The archive as the server stores it, for example <c>disk.img.fidx</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in bytes; for a blob that of the stored file.</summary>
    public required long Size { get; init; }

    /// <summary>The checksum that the manifest has for it.</summary>
    public required Sha256Digest Checksum { get; init; }

    /// <summary>Bytes in chunks that the server had already, from the previous backup or from earlier in this one.</summary>
    public long BytesReused { get; init; }

    /// <summary>Bytes in chunks that were uploaded, before compression.</summary>
    public long BytesUploaded { get; init; }

    /// <summary>Bytes that were sent for them, compressed and encrypted.</summary>
    public long BytesSent { get; init; }

    /// <summary>How many chunks it has; 1 for a blob.</summary>
    public long Chunks { get; init; }

    /// <summary>How many of them the server had already.</summary>
    public long ChunksReused { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
