using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The private half of a master key: it opens the keys that backups carry (spec 6.4).</summary>
public sealed class MasterPrivateKey : IDisposable
{
    private const int Bits = 4096;
    private const int Iterations = 100_000;

    private readonly RSA _rsa;

    private MasterPrivateKey(RSA rsa) => _rsa = rsa;

    /// <summary>Makes a new master key of 4096 bits. Takes some seconds.</summary>
    public static MasterPrivateKey Create() => new(RSA.Create(Bits));

    /// <summary>Tells from the labels of a private key in PEM form whether a passphrase protects it.</summary>
    /// <param name="pem">The text of <c>master-private.pem</c>.</param>
    public static bool IsProtected(ReadOnlySpan<char> pem)
    {
        List<Range> keys = FindKeys(pem);
        return keys.Count > 0 ? PemBlocks.LabelOf(pem[keys[0]]) is PemBlocks.ProtectedKey : IsTraditional(pem);
    }

    /// <summary>Reads a private key: PKCS #8, protected or not, or PKCS #1. Text, certificates and public keys may stand beside it.</summary>
    /// <param name="pem">The text of <c>master-private.pem</c>.</param>
    /// <param name="passphrase">What it is protected with; not used if it is not (<see cref="IsProtected"/>).</param>
    /// <exception cref="BackupKeyException">The text holds no RSA private key or several, or the passphrase is wrong.</exception>
    public static MasterPrivateKey Parse(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        List<Range> keys = FindKeys(pem);
        if (keys.Count != 1)
        {
            throw new BackupKeyException(
                keys.Count > 1 ? FormattableString.Invariant($"The text holds {keys.Count} private keys: leave only the master key in it.")
                : IsTraditional(pem) ? "The private key is encrypted in the old form of OpenSSL, not as PKCS #8: openssl pkcs8 -topk8 converts it."
                : "The text holds no RSA private key in PEM form.");
        }

        ReadOnlySpan<char> block = pem[keys[0]];
        bool isProtected = PemBlocks.LabelOf(block) is PemBlocks.ProtectedKey;
        RSA rsa = RSA.Create();
        try
        {
            if (isProtected)
            {
                ImportProtected(rsa, block, passphrase);
            }
            else
            {
                rsa.ImportFromPem(block);
            }

            return new MasterPrivateKey(rsa);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or BackupKeyException)
        {
            rsa.Dispose();
            throw e as BackupKeyException ?? new BackupKeyException(
                isProtected && e is CryptographicException
                    ? "The passphrase does not open the private key, or it is no RSA key."
                    : PemBlocks.IsForSignatures(block)
                    ? "The text holds a key of RSA-PSS, which only signs: nothing is encrypted for it, and a master key is a plain one of RSA."
                    : "The text holds no RSA private key in PEM form.",
                e);
        }
    }

    /// <summary>Opens the content of <c>rsa-encrypted.key.blob</c>.</summary>
    /// <exception cref="BackupKeyException">It was not encrypted for this master key, or is damaged.</exception>
    public KeyFile Decrypt(ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length != _rsa.KeySize / 8)
        {
            throw new BackupKeyException(FormattableString.Invariant(
                $"The encrypted key has {encrypted.Length} bytes, and this master key of {_rsa.KeySize} bits opens only such with {_rsa.KeySize / 8}."));
        }

        try
        {
            byte[] json = _rsa.Decrypt(encrypted, RSAEncryptionPadding.Pkcs1);
            KeyFile file = KeyFile.Parse(json);
            CryptographicOperations.ZeroMemory(json);
            return file;
        }
        catch (Exception e) when (e is CryptographicException or ProxmoxProtocolException)
        {
            // With another key some versions of OpenSSL give random bytes instead of an error.
            throw new BackupKeyException("The key was encrypted for another master key, or is damaged.", e);
        }
    }

    /// <summary>The public half.</summary>
    public MasterPublicKey GetPublicKey()
    {
        RSA rsa = RSA.Create();
        rsa.ImportParameters(_rsa.ExportParameters(includePrivateParameters: false));
        return new MasterPublicKey(rsa);
    }

    /// <summary>The private key in PEM form (PKCS #8), encrypted with AES-256-CBC.</summary>
    /// <param name="passphrase">What protects it: 5 characters at least.</param>
    /// <exception cref="ArgumentException">The passphrase is too short.</exception>
    public string ToPem(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.Length < KeyFile.ShortestPassphrase)
        {
            throw new ArgumentException("A passphrase has 5 characters at least.", nameof(passphrase));
        }

        PbeParameters protection = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations);
        return _rsa.ExportEncryptedPkcs8PrivateKeyPem(passphrase, protection) + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => _rsa.Dispose();

    private static List<Range> FindKeys(ReadOnlySpan<char> pem) =>
        PemBlocks.Find(pem, PemBlocks.ProtectedKey, "PRIVATE KEY", "RSA PRIVATE KEY");

    private static void ImportProtected(RSA rsa, ReadOnlySpan<char> block, ReadOnlySpan<char> passphrase)
    {
        if (ScryptPkcs8.TryOpen(PemBlocks.Decode(block), passphrase) is not { } plain)
        {
            rsa.ImportFromEncryptedPem(block, passphrase);
            return;
        }

        rsa.ImportPkcs8PrivateKey(plain, out _);
        CryptographicOperations.ZeroMemory(plain);
    }

    // The header stands in keys that openssl made before version 3, or with -traditional.
    private static bool IsTraditional(ReadOnlySpan<char> pem) => pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);
}
