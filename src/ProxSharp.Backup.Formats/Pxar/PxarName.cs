using System.Globalization;
using System.Text;
using ProxSharp.Validation;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// The name of one entry, as bytes: file systems do not promise UTF-8. It is 1 to 4096 bytes long, has neither '/' nor NUL, and is not
/// "." or "..". The default value is the empty name of an archive's root. Names compare by their bytes, as archives order them.
/// </summary>
public readonly struct PxarName : IEquatable<PxarName>, IComparable<PxarName>
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Creates a name from its bytes, which are copied.</summary>
    /// <param name="bytes">The name without a closing NUL.</param>
    /// <exception cref="ArgumentException">The bytes are no valid name.</exception>
    public PxarName(ReadOnlySpan<byte> bytes)
    {
        if (Fault(bytes) is { } fault)
            throw new ArgumentException($"The name \"{Text(bytes)}\" {fault}.", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>Creates a name from text, as UTF-8.</summary>
    /// <param name="text">The name.</param>
    /// <exception cref="ArgumentException">The text is no valid name.</exception>
    public PxarName(string text)
        : this(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))))
    {
    }

    /// <summary>The bytes of the name.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The bytes of the name.</summary>
    public ReadOnlySpan<byte> Span => _bytes.Span;

    /// <summary>Whether this is the empty name, which only the root of an archive has.</summary>
    public bool IsRoot => _bytes.IsEmpty;

    /// <summary>Whether two names differ.</summary>
    public static bool operator !=(PxarName left, PxarName right) => !left.Equals(right);

    /// <summary>Whether two names are the same bytes.</summary>
    public static bool operator ==(PxarName left, PxarName right) => left.Equals(right);

    /// <summary>Whether the left name comes first.</summary>
    public static bool operator <(PxarName left, PxarName right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left name does not come after the right one.</summary>
    public static bool operator <=(PxarName left, PxarName right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left name comes last.</summary>
    public static bool operator >(PxarName left, PxarName right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left name does not come before the right one.</summary>
    public static bool operator >=(PxarName left, PxarName right) => left.CompareTo(right) >= 0;

    /// <summary>Whether bytes are a valid name.</summary>
    /// <param name="bytes">The name without a closing NUL.</param>
    public static bool IsValid(ReadOnlySpan<byte> bytes) => Fault(bytes) is null;

    /// <inheritdoc/>
    public int CompareTo(PxarName other) => Span.SequenceCompareTo(other.Span);

    /// <inheritdoc/>
    public bool Equals(PxarName other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PxarName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The name as text, for people: bytes that are no UTF-8 stand as <c>\xNN</c>.</summary>
    public override string ToString() => Text(Span);

    /// <summary>Bytes of a name or path as text, for people: those that are no UTF-8 stand as <c>\xNN</c>.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        Span<char> characters = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == System.Buffers.OperationStatus.Done)
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            else
                AppendEscaped(text, bytes[..used]);
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>
    /// Bytes of a name or path as text that <see cref="Unescape"/> reads back: bytes that are no UTF-8 and characters that do not show stand as
    /// <c>\xNN</c>, a backslash as <c>\\</c>.
    /// </summary>
    /// <param name="bytes">The bytes.</param>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        Span<char> characters = stackalloc char[2];
        Rune before = default;
        while (!bytes.IsEmpty)
        {
            bool isHidden = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || IsHidden(rune, before);
            before = isHidden ? default : rune;
            if (isHidden)
                AppendEscaped(text, bytes[..used]);
            else if (rune.Value == '\\')
                text.Append(@"\\");
            else
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Bytes of a name or path that was written as <see cref="Escape"/> does: <c>\xNN</c> is that byte, <c>\\</c> a backslash.</summary>
    /// <param name="text">The text; it stands for its UTF-8 bytes. A backslash in front of anything else is one.</param>
    public static byte[] Unescape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        List<byte> bytes = new(rest.Length);
        while (!rest.IsEmpty)
        {
            if (TryReadEscape(rest) is { } value)
            {
                bytes.Add(value);
                rest = rest[4..];
                continue;
            }

            bytes.Add(rest[0]);
            rest = rest[(rest.StartsWith(@"\\"u8) ? 2 : 1)..];
        }

        return [.. bytes];
    }

    /// <summary>The byte that <c>\xNN</c> at the start of a text stands for; null if the text starts otherwise.</summary>
    /// <param name="text">The text, as UTF-8.</param>
    public static byte? TryReadEscape(ReadOnlySpan<byte> text) => text.Length >= 4 && text.StartsWith(@"\x"u8)
        && byte.TryParse(text[2..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;

    /// <summary>What is wrong with a name; null if nothing is.</summary>
    internal static string? Fault(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "is empty";
        if (bytes.Length > PxarFormat.MaxTextLength)
            return "is longer than 4096 bytes";
        if (bytes.ContainsAny((byte)0, (byte)'/'))
            return "contains a slash or NUL";
        return bytes.SequenceEqual("."u8) || bytes.SequenceEqual(".."u8) ? "names a directory itself or the one above" : null;
    }

    // What is shown by an escape of another form, which nothing reads back, and what stands for bytes that are no text.
    private static bool IsHidden(Rune rune, Rune before) => rune.Value == 0xFFFD || UnseenCharacters.Contains(rune, before);

    private static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
    }
}
