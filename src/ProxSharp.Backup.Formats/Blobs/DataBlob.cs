using System.Buffers.Binary;
using System.IO.Hashing;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>
/// The container of chunks and of small files (spec 5.1): a magic of 8 bytes, a CRC-32 of the payload, for encrypted blobs a nonce and a tag of 16 bytes
/// each, then the payload.
/// </summary>
public static class DataBlob
{
    /// <summary>The length of what stands before the data of a blob that is not encrypted: 12 bytes.</summary>
    public const int HeaderSize = 12;

    /// <summary>The length of what stands before the data of an encrypted blob: 44 bytes.</summary>
    public const int EncryptedHeaderSize = HeaderSize + CryptConfig.NonceSize + CryptConfig.TagSize;

    /// <summary>The most data a blob can hold: 128 MiB.</summary>
    public const int MaxDataSize = 128 << 20;

    /// <summary>The most data a chunk can hold: 16 MiB.</summary>
    public const int MaxChunkSize = 16 << 20;

    /// <summary>The longest blob that a server takes in one upload: 16 MiB and a header.</summary>
    public const int MaxUploadSize = MaxChunkSize + EncryptedHeaderSize;

    internal const int CrcOffset = 8;
    internal const int TagOffset = HeaderSize + CryptConfig.NonceSize;

    // The first eight bytes of the SHA-256 of a text such as "Proxmox Backup uncompressed blob v1.0" (spec 5.1), in the order of the kinds.
    private static ReadOnlySpan<ulong> Magics => [0xA170_83BE_0738_AB42, 0x7FA3_B66F_4258_B931, 0xF04C_2D22_BE85_677B, 0x0BD8_BF0B_BF1B_59E6];

    /// <summary>How many bytes the blob of some data has at most.</summary>
    /// <param name="dataLength">The length of the data in bytes.</param>
    /// <param name="encrypted">Whether it will be encrypted.</param>
    public static int GetMaxLength(int dataLength, bool encrypted) => checked(dataLength + HeaderLength(encrypted));

    /// <summary>Tells the kind of a blob from its first bytes.</summary>
    /// <exception cref="ProxmoxProtocolException">They do not begin a blob.</exception>
    public static DataBlobKind ReadKind(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < CrcOffset)
        {
            throw Malformed.Truncated("blob", blob.Length, HeaderSize);
        }

        int kind = Magics.IndexOf(BinaryPrimitives.ReadUInt64LittleEndian(blob));
        return kind >= 0 ? (DataBlobKind)kind : throw Malformed.At(0, $"The bytes {Convert.ToHexStringLower(blob[..CrcOffset])} begin no blob.");
    }

    /// <summary>Checks what can be checked without a key: the magic, the length and the CRC-32.</summary>
    /// <returns>The kind of the blob.</returns>
    /// <exception cref="ProxmoxProtocolException">The bytes are no blob, or are damaged.</exception>
    public static DataBlobKind Verify(ReadOnlySpan<byte> blob)
    {
        DataBlobKind kind = ReadKind(blob);
        int header = HeaderLength(IsEncrypted(kind));
        if (blob.Length < header)
        {
            throw Malformed.Truncated("blob", blob.Length, header);
        }

        if (blob.Length - header > MaxDataSize)
        {
            throw Malformed.At(header, FormattableString.Invariant($"The blob has {blob.Length - header} bytes of data; {MaxDataSize} is the limit."));
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(blob[CrcOffset..]);
        uint computed = Crc32.HashToUInt32(blob[header..]);
        return stored == computed
            ? kind
            : throw Malformed.At(CrcOffset, FormattableString.Invariant($"The blob is damaged: its CRC-32 is {computed:x8}, not {stored:x8}."));
    }

    /// <summary>Whether blobs of a kind need a key.</summary>
    public static bool IsEncrypted(DataBlobKind kind) => kind is DataBlobKind.Encrypted or DataBlobKind.EncryptedCompressed;

    internal static bool IsCompressed(DataBlobKind kind) => kind is DataBlobKind.Compressed or DataBlobKind.EncryptedCompressed;

    internal static int HeaderLength(bool encrypted) => encrypted ? EncryptedHeaderSize : HeaderSize;

    internal static void WriteHeader(Span<byte> blob, DataBlobKind kind)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(blob, Magics[(int)kind]);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[CrcOffset..], Crc32.HashToUInt32(blob[HeaderLength(IsEncrypted(kind))..]));
    }
}
