using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>What the verification of one file of a snapshot found.</summary>
/// <param name="File">The file.</param>
/// <param name="Chunks">How many chunks it names.</param>
/// <param name="ChunksVerified">How many of them were verified here for the first time: what stands twice or in an earlier file counts once.</param>
/// <param name="Damages">The damaged parts, by place; empty if all is right.</param>
public sealed record FileVerification(SnapshotFile File, long Chunks, long ChunksVerified, IReadOnlyList<FileDamage> Damages)
{
    /// <summary>
    /// Whether contents were decoded and compared with their digests. Of an encrypted file without its key only what is stored was checked: all chunks are
    /// there, and their CRCs are right. Default: true.
    /// </summary>
    public bool WithContents { get; init; } = true;

    /// <summary>Whether all is right, as far as it was checked.</summary>
    public bool IsIntact => Damages.Count == 0;
}
