using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Ids;

/// <summary>
/// The digest of a configuration as a server sends it. Given back with a change, it makes the server refuse the change if somebody else
/// changed the configuration in between.
/// </summary>
public readonly record struct Digest : IParsable<Digest>, ISpanFormattable
{
    private const string Kind = "digest";
    private const string Expected = "expected 40 or 64 hexadecimal digits";

    private const int Sha1Length = 40;
    private const int Sha256Length = 64;

    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary>The digest as text; empty in a default instance.</summary>
    public string Value => _value ?? "";

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static Digest Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static Digest Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out Digest result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads a digest.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out Digest result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result)
    {
        bool read = s is not null && s.Length is Sha1Length or Sha256Length && s.All(char.IsAsciiHexDigit);
        result = read ? new Digest(s!.ToLowerInvariant()) : default;
        return read;
    }

    /// <summary>Returns the digest.</summary>
    public override string ToString() => Value;

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value;

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(Value, destination, out charsWritten);
}
