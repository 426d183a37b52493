using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace ProxSharp.Conformance.Tests;

/// <summary>What must have happened before a sample: calls that were made between the recorded ones.</summary>
internal static partial class Preparations
{
    // The secret of the authenticator that the recorder enrolled: "JBSWY3DPEHPK3PXP".
    private static readonly byte[] s_secret = [0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x21, 0xDE, 0xAD, 0xBE, 0xEF];

    // Lists that depend on the machine or on everything that happened before.
    private static readonly HashSet<string> s_byShape = new(StringComparer.Ordinal)
    {
        "230-rrddata-storage", "347-node-rrddata", "363-vm-rrddata", "273-cluster-log", "353-tasks-filter", "467-cluster-tasks-running", "512-cluster-tasks-running2", "343-node-caps-cpu",
        "342-node-certificates",
    };

    public static IReadOnlyList<string> Before(string sample) => s_before.GetValueOrDefault(sample[..sample.IndexOf('-', StringComparison.Ordinal)]) ?? [];

    public static bool IsByShape(string sample) => s_byShape.Contains(sample);

    /// <summary>Puts a valid one-time password where the recorded ones stand.</summary>
    public static string Codes(string text, DateTimeOffset now)
    {
        string code = Code(now.ToUnixTimeSeconds() / 30);
        return text.Replace("value=910493", "value=" + code, StringComparison.Ordinal).Replace("totp%3A720356", "totp%3A" + code, StringComparison.Ordinal);
    }

    private static string Code(long step)
    {
        byte[] counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // Authenticators use SHA-1.
        byte[] hash = HMACSHA1.HashData(s_secret, counter);
#pragma warning restore CA5350
        int number = (BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue) % 1_000_000;
        return number.ToString("D6", CultureInfo.InvariantCulture);
    }
}
