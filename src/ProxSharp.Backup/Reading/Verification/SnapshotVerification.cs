using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>What the verification of a snapshot found.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Signature">What the check of its manifest's signature found.</param>
/// <param name="Files">Each file of the manifest.</param>
/// <param name="BytesFetched">How many encoded bytes were fetched.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record SnapshotVerification(
    BackupSnapshotPath Snapshot,
    ManifestSignature Signature,
    IReadOnlyList<FileVerification> Files,
    long BytesFetched,
    TimeSpan Elapsed)
{
    /// <summary>Whether all is right.</summary>
    public bool IsIntact => Files.All(static file => file.IsIntact);
}
