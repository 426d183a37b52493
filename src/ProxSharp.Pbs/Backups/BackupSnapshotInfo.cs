using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>What the list of a namespace says about a snapshot.</summary>
public sealed record BackupSnapshotInfo
{
    /// <summary>The namespace that the snapshot is in.</summary>
    public required BackupNamespace Namespace { get; init; }

    /// <summary>Group and time of the snapshot.</summary>
    public required BackupSnapshotPath Path { get; init; }

    /// <summary>The size of all files together in bytes, before deduplication; null while the backup runs, or if it broke off.</summary>
    public long? Size { get; init; }

    /// <summary>The files as they are stored.</summary>
    public IReadOnlyList<AdminDatastoreFilesItem> Files { get; init; } = [];

    /// <summary>The user or API token that owns the snapshot; null if the server does not tell.</summary>
    public string? Owner { get; init; }

    /// <summary>True if the snapshot is protected from removal.</summary>
    public bool IsProtected { get; init; }

    /// <summary>The first line of the notes; null if there are none.</summary>
    public string? Comment { get; init; }

    /// <summary>The fingerprint of the key that the snapshot is encrypted or signed with; null if there is none.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>How the last check ended; null if there was none.</summary>
    public VerificationState? Verification { get; init; }

    /// <summary>The task of the last check; null if there was none.</summary>
    public Upid? VerificationTask { get; init; }

    /// <summary>True if the backup is complete: it has a manifest, and with it a size.</summary>
    public bool IsComplete => Size is not null;

    /// <summary>True if at least one file is encrypted.</summary>
    public bool IsEncrypted => Files.Any(static file => file.CryptMode == CryptMode.Encrypt);

    /// <summary>Reads a list, newest first; snapshots whose names this library cannot read are left out, which the list tells.</summary>
    internal static IReadOnlyList<BackupSnapshotInfo> ReadAll(IReadOnlyList<AdminDatastoreSnapshotsItem> items, BackupNamespace ns) => IncompleteList<BackupSnapshotInfo>.Of(
        [.. items.Select(item => Read(item, ns)).OfType<BackupSnapshotInfo>()
            .OrderByDescending(static snapshot => snapshot.Path.Time)
            .ThenBy(static snapshot => snapshot.Path.ToString(), StringComparer.Ordinal)],
        items.Count);

    /// <summary>Returns the path of the snapshot.</summary>
    public override string ToString() => Path.ToString();

    private static BackupSnapshotInfo? Read(AdminDatastoreSnapshotsItem item, BackupNamespace ns) =>
        WireTime.ReadSnapshot(item.BackupTime) is { } time && BackupGroupPath.TryParse($"{item.BackupType.Value}/{item.BackupId}", out BackupGroupPath group)
            ? new BackupSnapshotInfo
            {
                Namespace = ns,
                Path = new BackupSnapshotPath(group, time),
                Size = item.Size,
                Files = item.Files,
                Owner = item.Owner,
                IsProtected = item.Protected,
                Comment = item.Comment,
                KeyFingerprint = item.Fingerprint,
                Verification = item.Verification?.State,
                VerificationTask = Upid.TryParse(item.Verification?.Upid, out Upid upid) ? upid : null,
            }
            : null;
}
