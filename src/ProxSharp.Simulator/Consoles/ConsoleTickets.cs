using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Simulator.Consoles;

/// <summary>Issues and verifies the tickets of consoles: bound to user, object and port, and good for 40 s.</summary>
internal sealed class ConsoleTickets(TimeProvider time, Random random, string prefix)
{
    public const string Invalid = "permission denied - invalid PVEVNC ticket";

    private const int PasswordLength = 8;
    private const int SignatureLength = 256;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromSeconds(20);

    private readonly byte[] _key = MakeKey(random);

    /// <summary>Makes a password of eight characters, as the VNC protocol takes.</summary>
    public string NewPassword()
    {
        // Proxmox: the alphabet of uuencoded bytes, punctuation included.
        char[] password = new char[PasswordLength];
        for (int i = 0; i < password.Length; i++)
        {
            password[i] = (char)random.Next('!', '`' + 1);
        }

        return new string(password);
    }

    /// <summary>Makes a ticket of the form <c>PVEVNC:HEXTIME::signature</c> (or what the product has in front), with the password and a colon in front if there is one.</summary>
    public string Issue(string user, string path, int port, string password)
    {
        string plain = prefix + time.GetUtcNow().ToUnixTimeSeconds().ToString("X8", CultureInfo.InvariantCulture);
        string ticket = $"{plain}::{Sign(plain, user, path, port)}";
        return password.Length == 0 ? ticket : $"{password}:{ticket}";
    }

    /// <summary>Whether a ticket was issued for this user, object and port, and is still fresh.</summary>
    public bool Verify(string ticket, string user, string path, int port)
    {
        string bare = ticket.StartsWith(prefix, StringComparison.Ordinal) || ticket.Length <= PasswordLength ? ticket : ticket[(PasswordLength + 1)..];
        int signature = bare.IndexOf("::", StringComparison.Ordinal);
        if (signature < prefix.Length || !bare.StartsWith(prefix, StringComparison.Ordinal) || bare[(signature + 2)..] != Sign(bare[..signature], user, path, port))
        {
            return false;
        }

        TimeSpan age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(bare[prefix.Length..signature], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return age > -s_clockSkew && age < s_lifetime;
    }

    private static byte[] MakeKey(Random random)
    {
        byte[] key = new byte[32];
        random.NextBytes(key);
        return key;
    }

    private string Sign(string plain, string user, string path, int port)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{plain}:{user}:{path}:{port}"));
        return Convert.ToBase64String(HKDF.Expand(HashAlgorithmName.SHA256, _key, SignatureLength, text));
    }
}
