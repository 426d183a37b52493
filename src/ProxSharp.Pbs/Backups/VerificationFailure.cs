using ProxSharp.Ids;

namespace ProxSharp.Pbs.Backups;

/// <summary>A snapshot that did not pass a check.</summary>
/// <param name="Name">The snapshot as the server's log names it.</param>
/// <param name="Namespace">The namespace that it is in.</param>
/// <param name="Snapshot">The snapshot; null if the log names something else, such as a group that could not be read.</param>
/// <param name="Reasons">What the log says is wrong, file by file, for example <c>drive-scsi0.img.fidx: chunks could not be verified</c>.</param>
public sealed record VerificationFailure(string Name, BackupNamespace Namespace, BackupSnapshotPath? Snapshot, IReadOnlyList<string> Reasons)
{
    /// <summary>Returns the snapshot and what is wrong.</summary>
    public override string ToString() => Reasons.Count > 0 ? $"{Name}: {string.Join("; ", Reasons)}" : Name;
}
