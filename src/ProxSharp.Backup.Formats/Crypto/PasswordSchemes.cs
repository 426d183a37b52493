using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>What .NET reads of the many ways to protect a private key of PKCS #8 with a passphrase (RFC 8018 and RFC 7292), by object identifiers.</summary>
internal static class PasswordSchemes
{
    // With DES or RC2, and MD5 or SHA-1; of PKCS #12 all but those with RC4.
    private static readonly HashSet<string> s_schemes = new(StringComparer.Ordinal)
    {
        "1.2.840.113549.1.5.3", "1.2.840.113549.1.5.6", "1.2.840.113549.1.5.10", "1.2.840.113549.1.5.11",
        "1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.4", "1.2.840.113549.1.12.1.5", "1.2.840.113549.1.12.1.6",
    };

    // AES with 128, 192 and 256 bits, 3DES, DES and RC2, each as CBC.
    private static readonly HashSet<string> s_ciphers = new(StringComparer.Ordinal)
    {
        "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42", "1.2.840.113549.3.7", "1.3.14.3.2.7", "1.2.840.113549.3.2",
    };

    // HMAC with SHA-1, SHA-256, SHA-384 and SHA-512.
    private static readonly HashSet<string> s_functions = new(StringComparer.Ordinal)
    {
        "1.2.840.113549.2.7", "1.2.840.113549.2.9", "1.2.840.113549.2.10", "1.2.840.113549.2.11",
    };

    // What openssl calls what it writes, on systems that have no name for it.
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["1.2.840.113549.1.12.1.1"] = "PBE-SHA1-RC4-128",
        ["1.2.840.113549.1.12.1.2"] = "PBE-SHA1-RC4-40",
        ["1.2.840.113549.1.5.1"] = "PBE-MD2-DES",
        ["1.2.840.113549.1.5.4"] = "PBE-MD2-RC2-64",
        ["1.2.840.113549.2.8"] = "hmacWithSHA224",
        ["1.2.840.113549.2.12"] = "hmacWithSHA512-224",
        ["1.2.840.113549.2.13"] = "hmacWithSHA512-256",
        ["2.16.840.1.101.3.4.1.4"] = "aes-128-cfb",
        ["2.16.840.1.101.3.4.1.24"] = "aes-192-cfb",
        ["2.16.840.1.101.3.4.1.44"] = "aes-256-cfb",
        ["2.16.840.1.101.3.4.1.3"] = "aes-128-ofb",
        ["2.16.840.1.101.3.4.1.23"] = "aes-192-ofb",
        ["2.16.840.1.101.3.4.1.43"] = "aes-256-ofb",
        ["1.2.392.200011.61.1.1.1.2"] = "camellia-128-cbc",
        ["1.2.392.200011.61.1.1.1.3"] = "camellia-192-cbc",
        ["1.2.392.200011.61.1.1.1.4"] = "camellia-256-cbc",
        ["1.2.410.200046.1.1.2"] = "aria-128-cbc",
        ["1.2.410.200046.1.1.7"] = "aria-192-cbc",
        ["1.2.410.200046.1.1.12"] = "aria-256-cbc",
        ["1.2.410.200004.1.4"] = "seed-cbc",
    };

    /// <summary>Whether a scheme of its own is one that .NET reads.</summary>
    public static bool Allow(string scheme) => s_schemes.Contains(scheme);

    /// <summary>Whether a cipher is one that .NET reads together with PBKDF2.</summary>
    public static bool AllowCipher(string cipher) => s_ciphers.Contains(cipher);

    /// <summary>Whether a function is one that .NET reads together with PBKDF2.</summary>
    public static bool AllowFunction(string function) => s_functions.Contains(function);

    /// <summary>The name of any of these, with its identifier; only the identifier where there is none.</summary>
    public static string NameOf(string identifier) => s_names.TryGetValue(identifier, out string? name) ? $"{name}, {identifier}"
        : new Oid(identifier).FriendlyName is { } known && known != identifier ? $"{known}, {identifier}"
        : identifier;
}
