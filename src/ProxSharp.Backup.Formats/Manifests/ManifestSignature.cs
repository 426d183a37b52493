namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>What a check of a manifest's signature found.</summary>
public enum ManifestSignature
{
    /// <summary>There is no signature, and nothing says that there should be one.</summary>
    Unsigned,

    /// <summary>The signature is that of the key.</summary>
    Valid,

    /// <summary>The signature is not that of the key: the manifest was changed.</summary>
    Invalid,

    /// <summary>The manifest was made with another key.</summary>
    OtherKey,

    /// <summary>The manifest was made with a key, and none was given.</summary>
    MissingKey,
}
