namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>How a key file is protected.</summary>
public enum KeyDerivationKind
{
    /// <summary>Not at all: the key stands in the file.</summary>
    None,

    /// <summary>By a passphrase through scrypt with N 65536, r 8, p 1 (64 MiB of memory).</summary>
    Scrypt,

    /// <summary>By a passphrase through PBKDF2-HMAC-SHA256 with 65535 iterations.</summary>
    Pbkdf2,
}
