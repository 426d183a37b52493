using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Ids;

/// <summary>A user in a realm, written <c>name@realm</c>. The name may itself hold an at sign; the realm follows the last one.</summary>
public readonly record struct UserId : IParsable<UserId>, ISpanFormattable
{
    private const string Kind = "user id";
    private const string Expected = "expected name@realm without spaces, colons or slashes";

    private readonly string? _name;
    private readonly string? _realm;

    private UserId(string name, string realm) => (_name, _realm) = (name, realm);

    /// <summary>The name without realm.</summary>
    public string Name => _name ?? "";

    /// <summary>The realm, for example <c>pam</c> or <c>pve</c>.</summary>
    public string Realm => _realm ?? "";

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static UserId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static UserId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out UserId result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads an id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out UserId result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserId result)
    {
        int at = s?.LastIndexOf('@') ?? -1;
        bool read = at > 0 && IsName(s.AsSpan(0, at)) && IsRealm(s.AsSpan(at + 1));
        result = read ? new UserId(s![..at], s[(at + 1)..]) : default;
        return read;
    }

    /// <summary>Returns <c>name@realm</c>.</summary>
    public override string ToString() => _name is null ? "" : $"{_name}@{_realm}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);

    /// <summary>Letters, digits, hyphens, underscores and dots; not a hyphen or dot at the start.</summary>
    internal static bool IsRealm(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_'))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c is ':' or '/')
            {
                return false;
            }
        }

        return true;
    }
}
