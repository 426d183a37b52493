namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>How a blob holds its data (spec 5.1).</summary>
public enum DataBlobKind
{
    /// <summary>As it is.</summary>
    Uncompressed,

    /// <summary>Compressed with zstd.</summary>
    Compressed,

    /// <summary>Encrypted.</summary>
    Encrypted,

    /// <summary>Compressed with zstd, then encrypted.</summary>
    EncryptedCompressed,
}
