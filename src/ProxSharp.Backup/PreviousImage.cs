using ProxSharp.Backup.Formats;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>The image of the previous backup that changes are counted from.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Size">The size of the image in bytes.</param>
/// <param name="Checksum">The checksum of its index: the same image has the same one. Compare it with what you remember of the last backup.</param>
public sealed record PreviousImage(BackupSnapshotPath Snapshot, long Size, Sha256Digest Checksum);
