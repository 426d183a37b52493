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

    /// <summary>Reads a private key.</summary>
    /// <param name="pem">The text of <c>master-private.pem</c>.</param>
    /// <param name="passphrase">What it is protected with; empty if it is not.</param>
    /// <exception cref="BackupKeyException">The text holds no RSA private key, or the passphrase is wrong.</exception>
    public static MasterPrivateKey Parse(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        RSA rsa = RSA.Create();
        try
        {
            if (passphrase.IsEmpty)
            {
                rsa.ImportFromPem(pem);
            }
            else
            {
                rsa.ImportFromEncryptedPem(pem, passphrase);
            }

            return new MasterPrivateKey(rsa);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new BackupKeyException("The text holds no RSA private key in PEM form, or the passphrase is wrong.", e);
        }
    }

    /// <summary>Opens the content of <c>rsa-encrypted.key.blob</c>.</summary>
    /// <exception cref="BackupKeyException">It was not encrypted for this master key.</exception>
    /// <exception cref="ProxmoxProtocolException">What was encrypted is no key file.</exception>
    public KeyFile Decrypt(ReadOnlySpan<byte> encrypted)
    {
        byte[] json;
        try
        {
            json = _rsa.Decrypt(encrypted, RSAEncryptionPadding.Pkcs1);
        }
        catch (CryptographicException e)
        {
            throw new BackupKeyException("The key was encrypted for another master key, or is damaged.", e);
        }

        KeyFile file = KeyFile.Parse(json);
        CryptographicOperations.ZeroMemory(json);
        return file;
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

        return _rsa.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations)) + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => _rsa.Dispose();
}
