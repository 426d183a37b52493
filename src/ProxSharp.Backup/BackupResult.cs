using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>A backup that the server keeps.</summary>
public sealed record BackupResult
{
    /// <summary>The new snapshot.</summary>
    public required BackupSnapshotPath Snapshot { get; init; }

    /// <summary>The namespace that it is in.</summary>
    public BackupNamespace Namespace { get; init; }

    /// <summary>The manifest as it was sent; the server adds its statistics to it.</summary>
    public required BackupManifest Manifest { get; init; }

    /// <summary>Its archives in the order in which they were made, the catalog among them. The manifest itself is not.</summary>
    public required IReadOnlyList<BackupArchiveResult> Archives { get; init; }

    /// <summary>The snapshot whose chunks were reused; null if there was none that could be.</summary>
    public BackupSnapshotPath? Previous { get; init; }

    /// <summary>What the backup went on after: the first 1000 warnings.</summary>
    public IReadOnlyList<BackupWarning> Warnings { get; init; } = [];

    /// <summary>How many warnings there were.</summary>
    public int WarningCount { get; init; }

    /// <summary>
    /// How many of the warnings only tell that the content of a mount point is left out (<see cref="Files.FileWarningKind.MountPoint"/>), as it is unless it is
    /// asked for: nothing went wrong.
    /// </summary>
    public int MountPointCount { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes of all archives.</summary>
    public long BytesTotal => Archives.Sum(static archive => archive.BytesReused + archive.BytesUploaded);

    /// <summary>Bytes that the server had already.</summary>
    public long BytesReused => Archives.Sum(static archive => archive.BytesReused);

    /// <summary>Bytes that were uploaded, before compression.</summary>
    public long BytesUploaded => Archives.Sum(static archive => archive.BytesUploaded);

    /// <summary>Bytes that were sent for them, compressed and encrypted.</summary>
    public long BytesSent => Archives.Sum(static archive => archive.BytesSent);
}
