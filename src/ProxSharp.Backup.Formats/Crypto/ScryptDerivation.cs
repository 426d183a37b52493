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

    // All of that memory four times: some seconds of work. A file must not be able to ask for minutes.
    private const long MostWork = 4 * MostMemory;
    private const string What = "key file";

    public override KeyDerivationKind Kind => KeyDerivationKind.Scrypt;

    public static ScryptDerivation ReadMembers(JsonElement kdf)
    {
        int n = JsonInput.RequireInt(kdf, "n", What, 2, 1 << 30);
        int r = JsonInput.RequireInt(kdf, "r", What, 1, 1 << 20);
        int p = JsonInput.RequireInt(kdf, "p", What, 1, MostParallel);
        return IsPossible(n, r, p)
            ? new ScryptDerivation(n, r, p, ReadSalt(kdf))
            : throw Malformed.At(
                0,
                FormattableString.Invariant(
                    $"The key file asks for scrypt with n {n}, r {r} and p {p}: impossible, or over 1025 MiB, or four times that in all."));
    }

    /// <summary>Whether scrypt has such numbers, and they need no more memory and time than a key is worth.</summary>
    public static bool IsPossible(int n, int r, int p) => n >= 2 && BitOperations.IsPow2(n) && r >= 1 && p is >= 1 and <= MostParallel
        && 128L * r <= MostMemory / Math.Max(n, p) && 128L * n * r * p <= MostWork;

    public override byte[] DeriveKey(ReadOnlySpan<byte> passphrase)
    {
        byte[] key = new byte[CryptConfig.KeySize];
        Scrypt.DeriveKey(passphrase, Salt, N, R, P, key);
        return key;
    }

    public override void Append(StringBuilder target) =>
        target.Append(CultureInfo.InvariantCulture, $$"""{"Scrypt":{"n":{{N}},"r":{{R}},"p":{{P}},"salt":"{{Convert.ToBase64String(Salt)}}"}""").Append('}');
}
