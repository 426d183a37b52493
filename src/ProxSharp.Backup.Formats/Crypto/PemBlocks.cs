using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The blocks of a text in PEM form, between which anything may stand. Pure.</summary>
internal static class PemBlocks
{
    /// <summary>The label of certificates.</summary>
    public const string Certificate = "CERTIFICATE";

    /// <summary>The label of private keys of PKCS #8 with a passphrase.</summary>
    public const string ProtectedKey = "ENCRYPTED PRIVATE KEY";

    /// <summary>Finds the blocks that have one of some labels.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="labels">The labels.</param>
    /// <returns>Where they stand, in the order of the text.</returns>
    public static List<Range> Find(ReadOnlySpan<char> pem, params ReadOnlySpan<string> labels)
    {
        List<Range> found = [];
        int start = 0;
        while (PemEncoding.TryFind(pem[start..], out PemFields fields))
        {
            (int offset, int length) = fields.Location.GetOffsetAndLength(pem.Length - start);
            if (labels.Contains(pem[start..][fields.Label].ToString()))
            {
                found.Add(new(start + offset, start + offset + length));
            }

            start += offset + length;
        }

        return found;
    }

    /// <summary>The label of a block.</summary>
    public static ReadOnlySpan<char> LabelOf(ReadOnlySpan<char> block) => block[PemEncoding.Find(block).Label];

    /// <summary>What a block holds.</summary>
    public static byte[] Decode(ReadOnlySpan<char> block) => Convert.FromBase64String(block[PemEncoding.Find(block).Base64Data].ToString());
}
