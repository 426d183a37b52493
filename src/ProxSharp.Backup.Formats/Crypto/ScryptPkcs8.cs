using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>Private keys of PKCS #8 whose passphrase goes through scrypt (RFC 7914, section 7), which .NET does not read.</summary>
internal static class ScryptPkcs8
{
    private const string PasswordScheme = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";
    private const string ScryptDerivation = "1.3.6.1.4.1.11591.4.11";

    /// <summary>Opens a private key.</summary>
    /// <param name="content">The key in its protection, DER or BER.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <returns>The key as PKCS #8 without protection, to be cleared; null if it is protected in one of the ways that .NET reads.</returns>
    /// <exception cref="BackupKeyException">It is protected in another way still, or is damaged.</exception>
    /// <exception cref="CryptographicException">The passphrase is wrong.</exception>
    public static byte[]? TryOpen(byte[] content, ReadOnlySpan<char> passphrase)
    {
        try
        {
            AsnReader key = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            AsnReader algorithm = key.ReadSequence();
            string used = algorithm.ReadObjectIdentifier();
            if (used != PasswordScheme)
            {
                return PasswordSchemes.Allow(used) ? RequireRounds(algorithm.ReadSequence()) : throw Unsupported("cipher", used);
            }

            AsnReader scheme = algorithm.ReadSequence();
            AsnReader derivation = scheme.ReadSequence();
            AsnReader cipher = scheme.ReadSequence();
            return derivation.ReadObjectIdentifier() switch
            {
                Pbkdf2 => Require(derivation.ReadSequence(), cipher.ReadObjectIdentifier()),
                ScryptDerivation => Open(derivation.ReadSequence(), cipher, key.ReadOctetString(), passphrase),
                var other => throw Unsupported("key derivation", other),
            };
        }
        catch (AsnContentException e)
        {
            throw new BackupKeyException("The private key is damaged.", e);
        }
    }

    /// <summary>Looks whether .NET reads what is used with PBKDF2: it says only that it failed, as with a wrong passphrase.</summary>
    /// <returns>Null.</returns>
    private static byte[]? Require(AsnReader derivation, string cipher)
    {
        if (!PasswordSchemes.AllowCipher(cipher))
        {
            throw Unsupported("cipher", cipher);
        }

        // Salt and rounds, perhaps the length of the key, and the function where it is not the default one.
        RequireRounds(derivation);
        if (derivation.HasData && derivation.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            derivation.ReadInteger();
        }

        return !derivation.HasData || derivation.ReadSequence().ReadObjectIdentifier() is not { } function || PasswordSchemes.AllowFunction(function)
            ? null
            : throw Unsupported("PRF", function);
    }

    /// <summary>Reads the salt and the rounds of a derivation, and looks whether these end soon: nothing can stop them.</summary>
    /// <returns>Null.</returns>
    private static byte[]? RequireRounds(AsnReader derivation)
    {
        derivation.ReadEncodedValue();
        return derivation.TryReadInt32(out int rounds) && rounds is >= 1 and <= Pbkdf2Derivation.MostIterations
            ? null
            : throw new BackupKeyException(FormattableString.Invariant(
                $"The private key asks for rounds of its derivation that are not between 1 and {Pbkdf2Derivation.MostIterations}."));
    }

    private static byte[] Open(AsnReader derivation, AsnReader cipher, byte[] content, ReadOnlySpan<char> passphrase)
    {
        string name = cipher.ReadObjectIdentifier();
        int size = name switch
        {
            "2.16.840.1.101.3.4.1.2" => 16,
            "2.16.840.1.101.3.4.1.22" => 24,
            "2.16.840.1.101.3.4.1.42" => 32,
            _ => throw Unsupported("cipher", name),
        };
        byte[] vector = cipher.ReadOctetString();
        byte[] secret = new byte[size];
        byte[] text = Encoding.UTF8.GetBytes(passphrase.ToArray());
        try
        {
            Derive(derivation, text, secret);
            using Aes aes = Aes.Create();
            aes.SetKey(secret);
            return aes.DecryptCbc(content, vector.Length == aes.BlockSize / 8 ? vector : throw new BackupKeyException("The private key is damaged."));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void Derive(AsnReader derivation, byte[] passphrase, byte[] secret)
    {
        byte[] salt = derivation.ReadOctetString();
        if (!derivation.TryReadInt32(out int cost) || !derivation.TryReadInt32(out int blockSize) || !derivation.TryReadInt32(out int parallel)
            || !Crypto.ScryptDerivation.IsPossible(cost, blockSize, parallel))
        {
            throw new BackupKeyException("The private key asks for scrypt with numbers that are impossible, or need over 1025 MiB, or four times that in all.");
        }

        Scrypt.DeriveKey(passphrase, salt, cost, blockSize, parallel, secret);
    }

    private static BackupKeyException Unsupported(string what, string identifier) => new(
        $"The private key is protected with a {what} that is not supported ({PasswordSchemes.NameOf(identifier)}): "
        + "openssl pkcs8 -topk8 -v2 aes256 -in FILE -out NEW converts it.");
}
