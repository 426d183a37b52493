using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <summary>A file of a snapshot, as its manifest lists it.</summary>
public sealed record SnapshotFile
{
    private SnapshotFile(string storedName) => StoredName = storedName;

    /// <summary>The name that was given at the backup, for example <c>root.pxar</c>.</summary>
    public string Name => Path.GetFileNameWithoutExtension(StoredName);

    /// <summary>The name on the server, for example <c>root.pxar.didx</c>.</summary>
    public string StoredName { get; }

    /// <summary>What the file holds.</summary>
    public SnapshotFileKind Kind { get; private init; }

    /// <summary>The length in bytes: of an archive or image, what it restores to; of a blob, as it is stored.</summary>
    public long Length { get; private init; }

    /// <summary>Whether the file is encrypted or signed.</summary>
    public CryptMode CryptMode { get; private init; }

    /// <summary>The checksum: of the list of chunks, or of a blob as it is stored.</summary>
    public Sha256Digest Checksum { get; private init; }

    /// <summary>Whether the file is a list of chunks.</summary>
    public bool IsIndex => Kind != SnapshotFileKind.Blob;

    /// <summary>Whether the chunks have all one length.</summary>
    internal bool IsFixedIndex => StoredName.EndsWith(".fidx", StringComparison.Ordinal);

    internal static SnapshotFile Create(ManifestFile file) => new(file.FileName)
    {
        Kind = KindOf(file.FileName),
        Length = file.Size,
        CryptMode = file.CryptMode,
        Checksum = file.Checksum,
    };

    private static SnapshotFileKind KindOf(string storedName) => Path.GetExtension(storedName) switch
    {
        ".blob" => SnapshotFileKind.Blob,
        ".fidx" => SnapshotFileKind.Image,
        _ => Path.GetExtension(Path.GetFileNameWithoutExtension(storedName)) switch
        {
            ".pxar" => SnapshotFileKind.Archive,
            ".mpxar" => SnapshotFileKind.SplitMetadata,
            ".ppxar" => SnapshotFileKind.SplitPayload,
            ".pcat1" => SnapshotFileKind.Catalog,
            _ => SnapshotFileKind.Other,
        },
    };
}
