using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Ids;

/// <summary>An API token of a user, written <c>name@realm!token</c>; the secret is not part of it.</summary>
public readonly record struct TokenId : IParsable<TokenId>, ISpanFormattable
{
    private const string Kind = "token id";
    private const string Expected = "expected name@realm!token";

    private readonly string? _name;

    private TokenId(UserId user, string name) => (User, _name) = (user, name);

    /// <summary>The user the token belongs to.</summary>
    public UserId User { get; }

    /// <summary>The name of the token among those of its user.</summary>
    public string Name => _name ?? "";

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static TokenId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static TokenId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out TokenId result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads an id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out TokenId result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TokenId result)
    {
        // The name of a token follows the rules of a realm, so the last exclamation mark is the border.
        result = default;
        int mark = s?.LastIndexOf('!') ?? -1;
        if (mark <= 0 || !UserId.IsRealm(s.AsSpan(mark + 1)) || !UserId.TryParse(s![..mark], out UserId user))
        {
            return false;
        }

        result = new TokenId(user, s[(mark + 1)..]);
        return true;
    }

    /// <summary>Returns <c>name@realm!token</c>.</summary>
    public override string ToString() => _name is null ? "" : $"{User}!{_name}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);
}
