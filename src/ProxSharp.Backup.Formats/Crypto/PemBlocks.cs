using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The blocks of a text in PEM form, between which anything may stand. Pure.</summary>
internal static class PemBlocks
{
    /// <summary>The label of certificates.</summary>
    public const string Certificate = "CERTIFICATE";

    /// <summary>The label of private keys of PKCS #8 with a passphrase.</summary>
    public const string ProtectedKey = "ENCRYPTED PRIVATE KEY";

    private const string SignaturesOnly = "1.2.840.113549.1.1.10";

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

    /// <summary>Whether a key, private or public, is limited to signatures of RSA-PSS (RFC 4055): such is never encrypted for.</summary>
    public static bool IsForSignatures(ReadOnlySpan<char> block)
    {
        try
        {
            AsnReader key = new AsnReader(Decode(block), AsnEncodingRules.BER).ReadSequence();
            if (key.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
            {
                key.ReadInteger();
            }

            return key.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) && key.ReadSequence().ReadObjectIdentifier() == SignaturesOnly;
        }
        catch (Exception e) when (e is AsnContentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>What a block holds.</summary>
    public static byte[] Decode(ReadOnlySpan<char> block) => Convert.FromBase64String(block[PemEncoding.Find(block).Base64Data].ToString());
}
