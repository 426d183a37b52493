namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>What a server counted during a backup: <c>chunk_upload_stats</c> in a manifest.</summary>
/// <param name="Count">The number of chunks that were uploaded.</param>
/// <param name="Size">Their data in bytes.</param>
/// <param name="CompressedSize">Their encoded length in bytes.</param>
/// <param name="Duplicates">How many of them the server had already.</param>
public sealed record ChunkUploadStatistics(long Count, long Size, long CompressedSize, long Duplicates);
