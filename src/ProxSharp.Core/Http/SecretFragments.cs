using System.Text.RegularExpressions;

namespace ProxSharp.Http;

/// <summary>Finds secrets inside values that are none as a whole: keys of property strings, members of JSON, user and password in addresses.</summary>
internal static partial class SecretFragments
{
    // Shorter parts of a path are words.
    private const int ShortestPart = 12;

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
        IEnumerable<string> tails = Address().Matches(text).SelectMany(static match => match.Groups["tail"].Value
            .Split('/', '?', '&', '=', '#', ',', ';')
            .Where(static part => part.Length >= ShortestPart)
            .Append(match.Groups["user"].Value));
        return named.Concat(items).Concat(tails).SelectMany(static fragment => new[] { fragment, fragment[(fragment.LastIndexOf('=') + 1)..] });
    }

    /// <summary>
    /// Cuts addresses down to their server: the user before it, the path and the query behind it may each be a secret (tokens of webhooks, signed links).
    /// </summary>
    public static string WithoutAddressTails(string text, string mask) => text.Contains("://", StringComparison.Ordinal)
        ? Address().Replace(text, match => WithoutTail(match, mask))
        : text;

    private static string WithoutTail(Match match, string mask)
    {
        string user = match.Groups["user"].Success ? mask + "@" : "";
        string tail = match.Groups["tail"].Length > 1 ? "/" + mask : "";
        return $"{match.Groups["start"].Value}{user}{match.Groups["host"].Value}{tail}";
    }

    /// <summary>Replaces the secrets inside a value.</summary>
    public static string Replace(string text, string mask) =>
        Pattern().Replace(text, match => match.Value.Replace(match.Groups["secret"].Value, mask, StringComparison.Ordinal));

    [GeneratedRegex(
        """
        (?<key> pass | pwd | passw(or)?d | secret | apitoken | token | api-?key | private-?key | credentials? | sig(nature)? )
            ["']? \s* [=:] \s* ["']? (?<secret> [^,;&"'\s]+ )
        | PVEAPIToken = [^=\s]+ = (?<secret> [^,;&"'\s]+ )
        | :// [^/@\s:]* : (?<secret> [^/@\s]+ ) @
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();

    // The last @ before the host ends the user: a password may hold any other sign.
    [GeneratedRegex(
        """(?<start>[a-z][a-z0-9+.-]*://)((?<user>[^\s"']*)@)?(?<host>[^/?#\s,;"']*)(?<tail>[/?#][^\s"']*)?""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
