using System.Text.RegularExpressions;

namespace ProxSharp.Http;

/// <summary>Finds secrets inside values that are none as a whole: keys of property strings, members of JSON, user and password in addresses.</summary>
internal static partial class SecretFragments
{
    /// <summary>Returns the secrets inside a value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="withAllValues">True to count the value of every key, because the whole is a secret.</param>
    public static IEnumerable<string> Of(string text, bool withAllValues)
    {
        IEnumerable<string> named = Pattern().Matches(text).Select(static match => match.Groups["secret"].Value);
        IEnumerable<string> items = withAllValues && text.Contains('=', StringComparison.Ordinal)
            ? text.Split(',').Select(static item => item[(item.IndexOf('=', StringComparison.Ordinal) + 1)..])
            : [];

        // An API token is written user@realm!name=secret: its last part is what must not be seen.
        return named.Concat(items).SelectMany(static fragment => new[] { fragment, fragment[(fragment.LastIndexOf('=') + 1)..] });
    }

    /// <summary>Replaces the secrets inside a value.</summary>
    public static string Replace(string text, string mask) => Pattern().Replace(text, match => match.Value.Replace(match.Groups["secret"].Value, mask, StringComparison.Ordinal));

    [GeneratedRegex(
        """
        (?<key> passw(or)?d | secret | apitoken | api-?key | private-?key | credentials? ) ["']? \s* [=:] \s* ["']? (?<secret> [^,;&"'\s]+ )
        | PVEAPIToken = [^=\s]+ = (?<secret> [^,;&"'\s]+ )
        | :// [^/@\s:]* : (?<secret> [^/@\s]+ ) @
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
