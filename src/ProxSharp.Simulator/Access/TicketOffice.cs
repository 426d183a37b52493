using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Simulator.Access;

/// <summary>Issues and verifies tickets and CSRF prevention tokens. The signature is opaque to clients and so need not be the real one.</summary>
internal sealed class TicketOffice(string prefix, TimeProvider time, int signatureLength, Random random)
{
    private const int KeyLength = 32;

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private static readonly TimeSpan s_clockSkew = TimeSpan.FromMinutes(5);

    private byte[] _key = NewKey(random);

    /// <summary>Makes a ticket of the form <c>PREFIX:data:HEXTIME::signature</c>.</summary>
    /// <param name="data">The user, or the challenge of an unfinished login.</param>
    /// <param name="secret">Bound into the signature, but not shown.</param>
    public string Issue(string data, string secret = "")
    {
        string plain = $"{prefix}:{data.Replace(":", "%3A", StringComparison.Ordinal)}:{HexTime()}";
        return $"{plain}::{Sign(plain + secret)}";
    }

    /// <summary>Checks a ticket and returns the data in it; null if it is forged, too old or from the future.</summary>
    public string? Verify(string ticket, string secret = "")
    {
        int signature = ticket.IndexOf("::", StringComparison.Ordinal);
        if (signature < 0 || !ticket.StartsWith(prefix + ":", StringComparison.Ordinal))
        {
            return null;
        }

        string plain = ticket[..signature];
        int timeAt = plain.LastIndexOf(':');
        if (timeAt <= prefix.Length || Sign(plain + secret) != ticket[(signature + 2)..] || !IsFresh(plain[(timeAt + 1)..]))
        {
            return null;
        }

        return plain[(prefix.Length + 1)..timeAt].Replace("%3A", ":", StringComparison.Ordinal);
    }

    public string IssueCsrfToken(string user)
    {
        string stamp = HexTime();
        return $"{stamp}:{CsrfSignature(stamp, user)}";
    }

    public bool VerifyCsrfToken(string? token, string user)
    {
        int colon = token?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return token is not null && colon > 0 && IsFresh(token[..colon]) && token[(colon + 1)..] == CsrfSignature(token[..colon], user);
    }

    /// <summary>Makes every ticket issued so far invalid.</summary>
    public void Rotate() => _key = NewKey(random);

    // Nothing is protected by a simulator's tickets; the same seed shall give the same ones.
    private static byte[] NewKey(Random random)
    {
        byte[] key = new byte[KeyLength];
        random.NextBytes(key);
        return key;
    }

    private bool IsFresh(string stamp)
    {
        if (!long.TryParse(stamp, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long seconds))
        {
            return false;
        }

        TimeSpan age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds);
        return age >= -s_clockSkew && age < Lifetime;
    }

    private string HexTime() => time.GetUtcNow().ToUnixTimeSeconds().ToString("X8", CultureInfo.InvariantCulture);

    private string Sign(string text) =>
        Convert.ToBase64String(HKDF.Expand(HashAlgorithmName.SHA256, _key, signatureLength, Encoding.UTF8.GetBytes(text)));

    private string CsrfSignature(string stamp, string user) =>
        Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{stamp}:{user}"))).TrimEnd('=');
}
