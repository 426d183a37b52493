using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Crypto;

internal sealed record ScryptDerivation(int N, int R, int P, byte[] Salt) : KeyDerivation(Salt)
{
    // The official programs give scrypt 1025 MiB (spec 6.1).
    private const long MostMemory = 1025L << 20;
    private const int MostParallel = 16;
    private const string What = "key file";

    public override KeyDerivationKind Kind => KeyDerivationKind.Scrypt;

    public static ScryptDerivation ReadMembers(JsonElement kdf)
    {
        int n = JsonInput.RequireInt(kdf, "n", What, 2, 1 << 30);
        int r = JsonInput.RequireInt(kdf, "r", What, 1, 1 << 20);
        int p = JsonInput.RequireInt(kdf, "p", What, 1, MostParallel);
        if (!BitOperations.IsPow2(n) || 128L * n * r > MostMemory || 128L * r * p > MostMemory)
        {
            throw Malformed.At(0, FormattableString.Invariant($"The key file asks for scrypt with n {n} and r {r}, which is not possible or needs over 1025 MiB."));
        }

        return new ScryptDerivation(n, r, p, ReadSalt(kdf));
    }

    public override byte[] DeriveKey(ReadOnlySpan<byte> passphrase)
    {
        byte[] key = new byte[CryptConfig.KeySize];
        Scrypt.DeriveKey(passphrase, Salt, N, R, P, key);
        return key;
    }

    public override void Append(StringBuilder target) =>
        target.Append(CultureInfo.InvariantCulture, $$"""{"Scrypt":{"n":{{N}},"r":{{R}},"p":{{P}},"salt":"{{Convert.ToBase64String(Salt)}}"}""").Append('}');
}
