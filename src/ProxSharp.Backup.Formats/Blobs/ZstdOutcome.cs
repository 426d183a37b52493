namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>How a decompression ended.</summary>
internal enum ZstdOutcome
{
    Done,
    TooSmall,
    Damaged,
}
