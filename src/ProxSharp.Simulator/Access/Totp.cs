using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace ProxSharp.Simulator.Access;

/// <summary>Time-based one-time passwords: six digits, 30 seconds, SHA-1.</summary>
internal static class Totp
{
    private const int Period = 30;

    public static long Step(DateTimeOffset now) => now.ToUnixTimeSeconds() / Period;

    [SuppressMessage("Security", "CA5350", Justification = "Authenticator apps use SHA-1.")]
    public static string Code(byte[] secret, long step)
    {
        byte[] counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        byte[] hash = HMACSHA1.HashData(secret, counter);
        int offset = hash[^1] & 0xF;
        int number = (BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & int.MaxValue) % 1_000_000;
        return number.ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>Finds the step, at most one off the current one, for which the code is right.</summary>
    public static long? Match(byte[] secret, string code, DateTimeOffset now)
    {
        long current = Step(now);
        for (long step = current - 1; step <= current + 1; step++)
        {
            if (Code(secret, step) == code)
            {
                return step;
            }
        }

        return null;
    }

    /// <summary>Reads the secret of an <c>otpauth://</c> URI.</summary>
    /// <returns>Null if the URI has no readable secret.</returns>
    public static byte[]? ReadUri(string uri)
    {
        int query = uri.IndexOf('?', StringComparison.Ordinal);
        if (!uri.StartsWith("otpauth://totp/", StringComparison.Ordinal) || query < 0)
        {
            return null;
        }

        string? secret = uri[(query + 1)..].Split('&').FirstOrDefault(static part => part.StartsWith("secret=", StringComparison.Ordinal))?[7..];
        return secret is null ? null : Base32(secret);
    }

    private static byte[]? Base32(string text)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        List<byte> bytes = [];
        int buffer = 0;
        int bits = 0;
        foreach (char letter in text.TrimEnd('=').ToUpperInvariant())
        {
            int value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            buffer = (buffer << 5) | value;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(buffer >> bits));
                buffer &= (1 << bits) - 1;
            }
        }

        return bytes.Count == 0 ? null : [.. bytes];
    }
}
