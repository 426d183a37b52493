using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Backup.Formats;

/// <summary>A SHA-256 value of 32 bytes: the name of a chunk, or the checksum of a file.</summary>
public readonly record struct Sha256Digest : IParsable<Sha256Digest>, ISpanFormattable
{
    /// <summary>The length of the value: 32 bytes.</summary>
    public const int Size = 32;

    private readonly ulong _part0;
    private readonly ulong _part1;
    private readonly ulong _part2;
    private readonly ulong _part3;

    /// <summary>Takes the bytes of a digest.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public Sha256Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException("A SHA-256 digest has 32 bytes.", nameof(bytes));
        }

        _part0 = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _part1 = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _part2 = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _part3 = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is no digest.</exception>
    public static Sha256Digest Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static Sha256Digest Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out Sha256Digest result) ? result : throw FormatText.Malformed(s, "SHA-256 digest", "expected 64 hexadecimal digits");

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <returns>False if the text is no digest.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out Sha256Digest result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Sha256Digest result)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool read = s?.Length == Size * 2 && Convert.FromHexString(s, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        result = read ? new Sha256Digest(bytes) : default;
        return read;
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException("A SHA-256 digest needs 32 bytes.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _part0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _part1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _part2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _part3);
    }

    /// <summary>The 32 bytes in an array of their own.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_part0;

    /// <summary>Returns 64 hexadecimal digits in lower case.</summary>
    public override string ToString() => string.Create(Size * 2, this, static (text, digest) => digest.TryFormat(text, out _, default, null));

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.TryToHexStringLower(bytes, destination, out charsWritten);
    }
}
