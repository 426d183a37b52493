using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>How a passphrase becomes the key that wraps another key: the member <c>kdf</c> of a key file (spec 6.1).</summary>
internal abstract record KeyDerivation(byte[] Salt)
{
    private const int SaltSize = 32;
    private const string What = "key file";

    /// <summary>Chooses what new key files use: a random salt and the official parameters.</summary>
    public static KeyDerivation? Create(KeyDerivationKind kind) => kind switch
    {
        KeyDerivationKind.None => null,
        KeyDerivationKind.Scrypt => new ScryptDerivation(65536, 8, 1, RandomNumberGenerator.GetBytes(SaltSize)),
        KeyDerivationKind.Pbkdf2 => new Pbkdf2Derivation(65535, RandomNumberGenerator.GetBytes(SaltSize)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such key derivation."),
    };

    public static KeyDerivation Read(JsonElement kdf)
    {
        if (kdf.ValueKind == JsonValueKind.Object && JsonInput.TryGet(kdf, "Scrypt", out JsonElement scrypt) && scrypt.ValueKind == JsonValueKind.Object)
        {
            return ScryptDerivation.ReadMembers(scrypt);
        }

        if (kdf.ValueKind == JsonValueKind.Object && JsonInput.TryGet(kdf, "PBKDF2", out JsonElement pbkdf2) && pbkdf2.ValueKind == JsonValueKind.Object)
        {
            return Pbkdf2Derivation.ReadMembers(pbkdf2);
        }

        throw Malformed.At(0, "The key file is protected in a way that is not known; Scrypt and PBKDF2 are.");
    }

    public abstract KeyDerivationKind Kind { get; }

    public abstract byte[] DeriveKey(ReadOnlySpan<byte> passphrase);

    public abstract void Append(StringBuilder target);

    protected static byte[] ReadSalt(JsonElement kdf) => KeyFileText.ReadBase64(JsonInput.RequireString(kdf, "salt", What), "salt");
}
