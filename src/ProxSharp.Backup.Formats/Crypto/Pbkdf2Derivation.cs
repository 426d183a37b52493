using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Crypto;

internal sealed record Pbkdf2Derivation(int Iterations, byte[] Salt) : KeyDerivation(Salt)
{
    /// <summary>Some seconds of work: a file must not be able to ask for hours.</summary>
    public const int MostIterations = 10_000_000;

    public override KeyDerivationKind Kind => KeyDerivationKind.Pbkdf2;

    public static Pbkdf2Derivation ReadMembers(JsonElement kdf) => new(JsonInput.RequireInt(kdf, "iter", "key file", 1, MostIterations), ReadSalt(kdf));

    public override byte[] DeriveKey(ReadOnlySpan<byte> passphrase) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, Salt, Iterations, HashAlgorithmName.SHA256, CryptConfig.KeySize);

    public override void Append(StringBuilder target) =>
        target.Append(CultureInfo.InvariantCulture, $$"""{"PBKDF2":{"iter":{{Iterations}},"salt":"{{Convert.ToBase64String(Salt)}}"}""").Append('}');
}
