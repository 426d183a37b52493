using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Upload;

/// <summary>How chunks are made and sent.</summary>
internal sealed class UploadSettings
{
    /// <summary>Encrypts; null leaves chunks plain.</summary>
    public CryptConfig? Crypt { get; init; }

    /// <summary>Whether chunks are compressed.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>How many chunks are worked on at the same time: some of them compute while others are on their way.</summary>
    public int Lanes { get; init; } = Math.Clamp(Environment.ProcessorCount + 4, 6, 32);

    /// <summary>The most memory for blobs on their way, in bytes.</summary>
    public int BlobMemory { get; init; } = Math.Clamp((Environment.ProcessorCount + 6) * (4 << 20), 32 << 20, 80 << 20);

    /// <summary>How much of an archive with chunks of 4 MiB is in memory at once, in bytes.</summary>
    public int FixedWindow { get; init; } = Math.Clamp((Environment.ProcessorCount + 3) * (4 << 20), 20 << 20, 80 << 20);

    /// <summary>How much of an archive with chunks of other lengths is in memory at once, in multiples of its average chunk.</summary>
    public int DynamicWindow { get; init; } = Math.Clamp(Environment.ProcessorCount + 7, 9, 20);

    /// <summary>Spaces the uploads; null sends as fast as it goes.</summary>
    public RateLimiter? Limiter { get; init; }

    /// <summary>How many chunks go into one append.</summary>
    public int AppendBatch { get; init; } = 512;
}
