using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Upload;

/// <summary>What the manifest says about an archive of chunks.</summary>
/// <param name="Size">The length of the archive in bytes.</param>
/// <param name="Checksum">The checksum of its index.</param>
internal readonly record struct IndexOutcome(long Size, Sha256Digest Checksum);
