using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The public half of a master key: with it every backup can carry its own encryption key, readable only with the private half (spec 6.4).</summary>
public sealed class MasterPublicKey : IDisposable
{
    /// <summary>The bits of the shortest master key that has room for the key of a backup: 3072.</summary>
    public const int ShortestSize = 3072;

    // PKCS #1 v1.5 takes eleven bytes.
    private const int Padding = 11;

    private readonly RSA _rsa;

    internal MasterPublicKey(RSA rsa) => _rsa = rsa;

    /// <summary>How long the key is, in bits.</summary>
    public int Size => _rsa.KeySize;

    /// <summary>Reads a public key. Text, certificates and a private key may stand beside it; a private key alone stands for its public half.</summary>
    /// <param name="pem">The text of <c>master-public.pem</c>.</param>
    /// <exception cref="BackupKeyException">The text holds no RSA key, or several.</exception>
    public static MasterPublicKey Parse(ReadOnlySpan<char> pem)
    {
        List<Range> keys = PemBlocks.Find(pem, "PUBLIC KEY", "RSA PUBLIC KEY");
        if (keys.Count == 0)
        {
            keys = PemBlocks.Find(pem, "PRIVATE KEY", "RSA PRIVATE KEY");
        }

        if (keys.Count != 1)
        {
            throw new BackupKeyException(
                keys.Count > 1 ? FormattableString.Invariant($"The text holds {keys.Count} keys: leave only the public half of the master key in it.")
                : PemBlocks.Find(pem, PemBlocks.ProtectedKey).Count > 0
                ? "The text holds no RSA public key in PEM form, but a private one with a passphrase: "
                    + "openssl rsa -pubout -in FILE -out NEW writes its public half."
                : PemBlocks.Find(pem, PemBlocks.Certificate).Count > 0
                ? "The text holds no RSA public key in PEM form, but a certificate: openssl x509 -pubkey -noout -in FILE writes the key of it."
                : "The text holds no RSA public key in PEM form.");
        }

        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem[keys[0]]);
            return new MasterPublicKey(rsa);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new BackupKeyException(
                PemBlocks.IsForSignatures(pem[keys[0]])
                    ? "The text holds a key of RSA-PSS, which only signs: a master key is a plain one of RSA, as openssl genrsa makes."
                    : "The text holds no RSA public key in PEM form.",
                e);
        }
    }

    /// <summary>Encrypts a key for whoever has the private half: the content of <c>rsa-encrypted.key.blob</c>.</summary>
    /// <param name="key">The key of the backup.</param>
    /// <param name="created">When the key was made, from its key file.</param>
    /// <param name="modified">The time to write into the file.</param>
    /// <exception cref="BackupKeyException">The master key is too short: below 3072 bits there is no room.</exception>
    public byte[] Encrypt(CryptConfig key, DateTimeOffset created, DateTimeOffset modified)
    {
        byte[] json = KeyFile.Protect(key, KeyDerivationKind.None, default, created, modified, null).ToJson();
        if (json.Length > (_rsa.KeySize / 8) - Padding)
        {
            throw new BackupKeyException(
                FormattableString.Invariant($"The master key has {_rsa.KeySize} bits; to hold a key file it needs {ShortestSize} at least."));
        }

        byte[] encrypted = _rsa.Encrypt(json, RSAEncryptionPadding.Pkcs1);
        CryptographicOperations.ZeroMemory(json);
        return encrypted;
    }

    /// <summary>The public key in PEM form.</summary>
    public string ToPem() => _rsa.ExportSubjectPublicKeyInfoPem() + "\n";

    /// <inheritdoc/>
    public void Dispose() => _rsa.Dispose();
}
