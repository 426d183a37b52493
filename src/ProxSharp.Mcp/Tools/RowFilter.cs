using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Mcp.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Chooses rows by their members: <c>node=pve1 tags=prod,test name~db mem_pct&gt;80</c>; all terms must hold. Between them may stand what other languages put
/// there (<c>and</c>, a comma, <c>&amp;</c>), if a member of the rows and a sign follow; <c>*</c> stands for any text, unless the value is in quotes.
/// </summary>
internal sealed class RowFilter
{
    private const int MostValues = 8;
    private const int LongestValue = 24;

    /// <summary>What other languages put into a value.</summary>
    private const string ForeignSigns = "^$|&,()[]?\\\"'";

    private static readonly char[] s_signs = ['=', '~', '>', '<'];

    private static readonly string[] s_between = ["and", "&&", "&", ",", ";"];

    private readonly string[] _known;
    private Term[] _terms;

    /// <param name="text">The terms; null for none.</param>
    /// <param name="known">The members that rows may have.</param>
    /// <exception cref="ToolException">A term is none.</exception>
    public RowFilter(string? text, string[] known)
    {
        _known = known;
        _terms = [.. Split(Joined(text ?? "")).Where(static word => !s_between.Contains(word, StringComparer.OrdinalIgnoreCase)).Select(Parse)];
    }

    /// <summary>Names a member that no row has; null if there is none such.</summary>
    public string? Unknown(ICollection<string> known) => _terms.Select(static term => term.Name).FirstOrDefault(name => !known.Contains(name));

    /// <summary>Refuses what no row could ever fit: a number compared with something that is none.</summary>
    /// <exception cref="ToolException">There is such a term.</exception>
    public void Check(IReadOnlyList<JsonObject> rows)
    {
        // Schedules have asterisks of their own: what is there as it was written is meant as it was written.
        _terms = [.. _terms.Select(term => term with { IsPattern = term.IsPattern && !rows.Any(row => HasAsterisk(row[term.Name]?.ToString() ?? "", term)) })];
        foreach (Term term in _terms.Where(static term => term.Sign != '~'))
        {
            if (term.Sign is '>' or '<' && term.IsNot)
            {
                char meant = term.Sign == '>' ? '<' : '>';
                throw new ToolException("usage", $"'{term.Text}' in filter: there is no !{term.Sign}; write {term.Name}{meant}=number.");
            }

            bool isNumber = term.Values.All(static value => Number(value) is not null);
            JsonNode[] values = [.. rows.Select(row => row[term.Name]).OfType<JsonNode>()];
            bool hasNumbers = values.Length > 0 && values.All(static value => value.GetValueKind() == JsonValueKind.Number);
            if (term.Sign != '=' && values.Length > 0 && values.All(static value => Number(value.ToString()) is null))
            {
                throw new ToolException(
                    "usage", $"'{term.Text}' in filter: {term.Name} holds no numbers; choose by {term.Name}=value or {term.Name}~part.");
            }

            if ((!(isNumber || term.IsPattern) || (term.Sign != '=' && term.Values.Length > 1)) && (term.Sign != '=' || (hasNumbers && term.Value.Length > 0)))
            {
                char sign = term.Sign;
                throw new ToolException("usage", $"'{term.Text}' in filter: {term.Name} is compared with a number, for example {term.Name}{sign}80.");
            }
        }
    }

    public bool Accepts(JsonObject row) => _terms.All(term => Holds(row[term.Name]?.ToString() ?? "", term));

    /// <summary>The members of terms that none of the rows has.</summary>
    public IEnumerable<string> Absent(IReadOnlyList<JsonObject> rows) =>
        _terms.Select(static term => term.Name).Distinct().Where(name => !rows.Any(row => row.ContainsKey(name)));

    /// <summary>
    /// Why no row fits although each member of the terms is there: how filters are written, and which values there are; null if there is nothing to say.
    /// </summary>
    public string? Hint(IReadOnlyList<JsonObject> rows)
    {
        string[] lines = [.. _terms.Where(term => !rows.Any(row => Holds(row[term.Name]?.ToString() ?? "", term)))
            .Select(term => Values(rows, term.Name)).OfType<string>().Distinct()];
        string? form = _terms.Any(static term => term.Value.Any(ForeignSigns.Contains))
            ? "a filter is terms with blanks between that must all hold: name=value, name=value,value (any of them), name!=value, name~part, name>number or name<number; values are plain text, in which * stands for anything"
            : null;
        return form is null && lines.Length == 0 ? null : string.Join("; ", form is null ? lines : [form, .. lines]);
    }

    // Only words of the server, such as states; what others wrote is shown where it is marked.
    private static string? Values(IReadOnlyList<JsonObject> rows, string name)
    {
        string[] values = [.. rows.Select(row => row[name]).OfType<JsonValue>().Where(static value => value.GetValueKind() != JsonValueKind.Number)
            .Select(static value => value.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostValues + 1)];
        return SafeText.IsForeign(name) || values.Length is 0 or > MostValues || values.Any(static value => value.Length is 0 or > LongestValue)
            ? null
            : $"{name}: {string.Join(", ", values)}";
    }

    // Blanks around a sign are none between terms, unless what follows is another term: then there is no value. Within quotes they are what was written.
    private string Joined(string text)
    {
        if (text.AsSpan().ContainsAny('\'', '"'))
        {
            return text;
        }

        string members = string.Join('|', _known.Select(Regex.Escape));
        string near = Regex.Replace(text, @"\s+(?=!?[=~<>])", "");
        return Regex.Replace(near, $@"(?<=[=~<>])\s+(?!(?:and\b|$|[,;&]|(?:{members})!?[=~<>]))", "", RegexOptions.IgnoreCase);
    }

    // Blanks of whatever kind part the terms, and commas and the like before another term, but not within a value in quotes: these open right behind a sign, and
    // close where the term ends.
    private IEnumerable<string> Split(string text)
    {
        int start = 0;
        while (start < text.Length)
        {
            int end = start;
            while (end < text.Length && !IsEnd(text, end))
            {
                bool opens = end > start && (text[end] is '\'' or '"') && s_signs.Contains(text[end - 1]);
                end = opens ? Closing(text, start, end) + 1 : end + 1;
            }

            if (end > start)
            {
                yield return text[start..end];
            }

            start = end + 1;
        }
    }

    private bool IsEnd(string text, int at) => at == text.Length || char.IsWhiteSpace(text[at]) || (IsBetween(text[at]) && EndsTerm(text, at));

    private static bool IsBetween(char sign) => sign is ',' or ';' or '&';

    // What follows is a blank, nothing, or a member and a sign: then it parts terms, and is no part of a value.
    private bool EndsTerm(string text, int at)
    {
        int next = at;
        while (next < text.Length && IsBetween(text[next]))
        {
            next++;
        }

        int sign = next == text.Length ? -1 : text.IndexOfAny(s_signs, next);
        return next == text.Length || char.IsWhiteSpace(text[next]) || (sign > next && _known.Contains(text[next..sign].TrimEnd('!')));
    }

    private int Closing(string text, int start, int open)
    {
        for (int at = open + 1; at < text.Length; at++)
        {
            if (text[at] == text[open] && IsEnd(text, at + 1))
            {
                return at;
            }
        }

        throw new ToolException(
            "usage", $"'{text[start..]}' in filter: the value begins with {text[open]} and has none at its end; close it, or leave the quotes out.");
    }

    private static Term Parse(string text)
    {
        int at = text.IndexOfAny(s_signs);
        if (at <= 0)
        {
            throw new ToolException("usage", $"'{text}' in filter is no term; write name=value, name!=value, name~part, name>number or name<number.");
        }

        // Many languages write two signs where one says it: == and =~.
        char next = at + 1 < text.Length ? text[at + 1] : ' ';
        bool isOrEqual = text[at] is '>' or '<' && next == '=';
        int second = isOrEqual || (text[at] == '=' && next is '=' or '~') ? at + 1 : at;
        string value = text[(second + 1)..];
        string plain = Unquoted(value);
        bool isQuoted = !ReferenceEquals(plain, value);
        string[] values = isQuoted ? [] : value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new Term(text, text[..at].TrimEnd('!'), isOrEqual ? text[at] : text[second], plain, values is [_, _, ..] ? values : [plain], text[at - 1] == '!')
        {
            IsOrEqual = isOrEqual,
            IsPattern = !isQuoted && !isOrEqual && text[second] is '=' or '~' && value.Contains('*', StringComparison.Ordinal),
        };
    }

    private static string Unquoted(string value) =>
        value.Length > 1 && value[0] is '\'' or '"' && value[^1] == value[0] ? value[1..^1] : value;

    private static bool Holds(string actual, Term term) => term.Sign switch
    {
        '=' => IsAny(actual, term, term.IsPattern ? Like : Equal) != term.IsNot,
        '~' when term.IsPattern => Like(actual, $"*{term.Value}*") != term.IsNot,
        '~' => actual.Contains(term.Value, StringComparison.OrdinalIgnoreCase) != term.IsNot,
        _ => Number(actual) is { } number && Number(term.Value) is { } limit && ((term.Sign == '>' ? number > limit : number < limit) || (term.IsOrEqual && number.Equals(limit))),
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    private static bool HasAsterisk(string actual, Term term) => actual.Contains('*', StringComparison.Ordinal)
        && IsAny(actual, term, static (text, value) => value.Contains('*', StringComparison.Ordinal) && Equal(text, value));

    private static bool IsAny(string actual, Term term, Func<string, string, bool> fits) =>
        fits(actual, term.Value) || term.Values.Any(value => fits(actual, value));

    // Tags and contents are lists in one text.
    private static bool Equal(string actual, string value) => actual.Equals(value, StringComparison.OrdinalIgnoreCase)
        || (value.Length > 0 && Items(actual).Contains(value, StringComparer.OrdinalIgnoreCase));

    private static string[] Items(string actual) => actual.Split([';', ','], StringSplitOptions.TrimEntries);

    // An asterisk stands for what is there, and not for what is missing.
    private static bool Like(string actual, string pattern) =>
        actual.Length > 0 && (IsLike(actual, pattern) || Items(actual).Any(item => IsLike(item, pattern)));

    private static bool IsLike(string actual, string pattern)
    {
        string[] parts = pattern.Split('*');
        int at = parts[0].Length;
        bool fits = actual.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase) && (parts.Length > 1 || actual.Length == at);
        foreach (string part in parts.Skip(1).SkipLast(1))
        {
            int found = fits ? actual.IndexOf(part, at, StringComparison.OrdinalIgnoreCase) : -1;
            fits = found >= 0;
            at = fits ? found + part.Length : at;
        }

        return fits && (parts.Length == 1 || (actual.Length - at >= parts[^1].Length && actual.EndsWith(parts[^1], StringComparison.OrdinalIgnoreCase)));
    }

    private sealed record Term(string Text, string Name, char Sign, string Value, string[] Values, bool IsNot)
    {
        /// <summary>True if the number itself fits as well.</summary>
        public bool IsOrEqual { get; init; }

        /// <summary>True if an asterisk in the value stands for any text.</summary>
        public bool IsPattern { get; init; }
    }
}
