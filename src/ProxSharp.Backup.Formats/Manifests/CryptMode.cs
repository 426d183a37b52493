namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>What a key was used for (spec 5.6).</summary>
public enum CryptMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The data is encrypted and the manifest signed.</summary>
    Encrypt,

    /// <summary>The data is plain, the manifest signed.</summary>
    SignOnly,
}
