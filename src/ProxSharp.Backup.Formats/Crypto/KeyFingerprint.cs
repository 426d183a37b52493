using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>What tells one encryption key from another without revealing it: 32 bytes, written as hexadecimal pairs with colons.</summary>
public readonly record struct KeyFingerprint : IParsable<KeyFingerprint>, ISpanFormattable
{
    private const int ShortSize = 8;
    private const int TextLength = (Sha256Digest.Size * 3) - 1;

    private readonly Sha256Digest _value;

    /// <summary>Takes the bytes of a fingerprint.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public KeyFingerprint(ReadOnlySpan<byte> bytes) => _value = new Sha256Digest(bytes);

    /// <summary>Reads 32 hexadecimal pairs with colons between them.</summary>
    /// <exception cref="FormatException">The text is no fingerprint.</exception>
    public static KeyFingerprint Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static KeyFingerprint Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out KeyFingerprint result) ? result : throw FormatText.Malformed(s, "key fingerprint", "expected 32 hexadecimal pairs with colons");

    /// <summary>Reads 32 hexadecimal pairs with colons between them.</summary>
    /// <returns>False if the text is no fingerprint.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out KeyFingerprint result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out KeyFingerprint result)
    {
        result = default;
        if (s?.Length != TextLength)
        {
            return false;
        }

        Span<char> digits = stackalloc char[Sha256Digest.Size * 2];
        for (int i = 0; i < Sha256Digest.Size; i++)
        {
            s.AsSpan(i * 3, 2).CopyTo(digits[(i * 2)..]);
            if (i > 0 && s[(i * 3) - 1] != ':')
            {
                return false;
            }
        }

        Span<byte> bytes = stackalloc byte[Sha256Digest.Size];
        bool read = Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        result = read ? new KeyFingerprint(bytes) : default;
        return read;
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);

    /// <summary>The first eight bytes, as lists show them.</summary>
    public string ToShortString() => ToString()[..((ShortSize * 3) - 1)];

    /// <summary>Returns all 32 bytes as hexadecimal pairs with colons.</summary>
    public override string ToString() => string.Create(TextLength, _value, static (text, value) =>
    {
        Span<char> digits = stackalloc char[Sha256Digest.Size * 2];
        value.TryFormat(digits, out _, default, null);
        text.Fill(':');
        for (int i = 0; i < Sha256Digest.Size; i++)
        {
            digits.Slice(i * 2, 2).CopyTo(text[(i * 3)..]);
        }
    });

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        FormatText.TryCopy(ToString(), destination, out charsWritten);
}
