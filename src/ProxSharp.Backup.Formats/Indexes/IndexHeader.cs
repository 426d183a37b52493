using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>The 4096 bytes before the entries of both kinds of index (spec 5.3, 5.4).</summary>
internal readonly record struct IndexHeader(ulong Magic, Guid Id, DateTimeOffset Created, Sha256Digest Checksum, ulong Size, ulong ChunkSize)
{
    public const int Length = 4096;

    /// <summary>The first eight bytes of the SHA-256 of "Proxmox Backup fixed sized chunk index v1.0".</summary>
    public const ulong FixedMagic = 0xCD0F_FD91_ED41_7F2F;

    /// <summary>The first eight bytes of the SHA-256 of "Proxmox Backup dynamic sized chunk index v1.0".</summary>
    public const ulong DynamicMagic = 0xCDB3_BA19_A54E_911C;

    public const int SizeOffset = 64;
    public const int ChunkSizeOffset = 72;
    private const int IdOffset = 8;
    private const int CreatedOffset = 24;
    private const int ChecksumOffset = 32;
    private const int IdSize = 16;

    public static IndexHeader Read(ReadOnlySpan<byte> source, ulong magic, string what)
    {
        if (source.Length < Length)
        {
            throw Malformed.Truncated(what, source.Length, Length);
        }

        ulong found = BinaryPrimitives.ReadUInt64LittleEndian(source);
        if (found != magic)
        {
            throw Malformed.At(0, $"The bytes {Convert.ToHexStringLower(source[..sizeof(ulong)])} begin no {what}.");
        }

        long created = BinaryPrimitives.ReadInt64LittleEndian(source[CreatedOffset..]);
        if (created < DateTimeOffset.MinValue.ToUnixTimeSeconds() || created > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            throw Malformed.At(CreatedOffset, FormattableString.Invariant($"The {what} names a time of creation that cannot be: {created} s."));
        }

        bool isFixed = magic == FixedMagic;
        return new IndexHeader(
            magic,
            new Guid(source.Slice(IdOffset, IdSize), bigEndian: true),
            DateTimeOffset.FromUnixTimeSeconds(created),
            new Sha256Digest(source.Slice(ChecksumOffset, Sha256Digest.Size)),
            isFixed ? BinaryPrimitives.ReadUInt64LittleEndian(source[SizeOffset..]) : 0,
            isFixed ? BinaryPrimitives.ReadUInt64LittleEndian(source[ChunkSizeOffset..]) : 0);
    }

    public void Write(Span<byte> destination)
    {
        destination[..Length].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Magic);
        Id.TryWriteBytes(destination.Slice(IdOffset, IdSize), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(destination[CreatedOffset..], Created.ToUnixTimeSeconds());
        Checksum.CopyTo(destination[ChecksumOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[SizeOffset..], Size);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[ChunkSizeOffset..], ChunkSize);
    }

    public void Write(IBufferWriter<byte> output)
    {
        Write(output.GetSpan(Length));
        output.Advance(Length);
    }

    public static Sha256Digest ComputeChecksum(ReadOnlySpan<byte> entries)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(entries, digest);
        return new Sha256Digest(digest);
    }

    /// <summary>Fails if the entries are not those that the header was written for.</summary>
    public void CheckEntries(ReadOnlySpan<byte> entries, string what)
    {
        Sha256Digest computed = ComputeChecksum(entries);
        if (computed != Checksum)
        {
            throw Malformed.At(ChecksumOffset, $"The {what} is damaged: the checksum of its entries is {computed}, not {Checksum}.");
        }
    }
}
