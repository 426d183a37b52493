using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Cli.Consoles;

/// <summary>The password check of the RFB protocol (RFC 6143, section 7.2.2): a challenge is encrypted with the password.</summary>
internal static class RfbPassword
{
    /// <summary>How long a challenge and its answer are, in bytes.</summary>
    public const int ChallengeLength = 16;

    // No signs that look like others, for people who type it.
    private const string Signs = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int Length = 8;

    /// <summary>Makes a password for one viewer.</summary>
    public static string Create() => RandomNumberGenerator.GetString(Signs, Length);

    /// <summary>Returns the answer to a challenge.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> challenge, string password)
    {
        // The protocol counts the bits of each byte of the key the other way round.
        byte[] key = new byte[Length];
        byte[] text = Encoding.Latin1.GetBytes(password);
        for (int i = 0; i < Length && i < text.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                key[i] |= (byte)(((text[i] >> bit) & 1) << (7 - bit));
            }
        }

#pragma warning disable CA5351 // The protocol prescribes DES. What it guards never leaves this machine or goes through TLS.
        using DES des = DES.Create();
#pragma warning restore CA5351
        des.Key = key;
        return des.EncryptEcb(challenge, PaddingMode.None);
    }
}
