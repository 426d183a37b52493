using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Mcp.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Chooses rows by their members: <c>node=pve1 tags=prod,test name~db mem_pct&gt;80</c>; all terms must hold.</summary>
internal sealed class RowFilter
{
    private const int MostValues = 8;
    private const int LongestValue = 24;

    /// <summary>What other languages put into a value.</summary>
    private const string ForeignSigns = "^$*|&,()[]?\\\"'";

    private static readonly char[] s_signs = ['=', '~', '>', '<'];

    private readonly Term[] _terms;

    /// <exception cref="ToolException">A term is none.</exception>
    public RowFilter(string? text) => _terms = [.. Split(text ?? "").Select(Parse)];

    /// <summary>Names a member that no row has; null if there is none such.</summary>
    public string? Unknown(ICollection<string> known) => _terms.Select(static term => term.Name).FirstOrDefault(name => !known.Contains(name));

    /// <summary>Refuses what no row could ever fit: a number compared with something that is none, and terms that are parted by something else than blanks.</summary>
    /// <exception cref="ToolException">There is such a term.</exception>
    public void Check(IReadOnlyList<JsonObject> rows)
    {
        foreach (Term term in _terms.Where(term => HoldsAnother(term, rows)))
        {
            throw new ToolException("usage", $"'{term.Text}' in filter holds several terms: part them by blanks, as in 'node=pve1 status=running'.");
        }

        foreach (Term term in _terms.Where(static term => term.Sign != '~'))
        {
            if (term.Sign is '>' or '<' && (term.IsNot || term.Value.StartsWith('=')))
            {
                char meant = !term.IsNot ? term.Sign : term.Sign == '>' ? '<' : '>';
                string written = term.IsNot ? $"!{term.Sign}" : $"{term.Sign}=";
                throw new ToolException("usage", $"'{term.Text}' in filter: there is no {written}; write {term.Name}{meant}number, and the next number.");
            }

            bool isNumber = term.Values.All(static value => Number(value) is not null);
            JsonNode[] values = [.. rows.Select(row => row[term.Name]).OfType<JsonNode>()];
            bool hasNumbers = values.Length > 0 && values.All(static value => value.GetValueKind() == JsonValueKind.Number);
            if (term.Sign != '=' && values.Length > 0 && values.All(static value => Number(value.ToString()) is null))
            {
                throw new ToolException(
                    "usage", $"'{term.Text}' in filter: {term.Name} holds no numbers; choose by {term.Name}=value or {term.Name}~part.");
            }

            if ((!isNumber || (term.Sign != '=' && term.Values.Length > 1)) && (term.Sign != '=' || (hasNumbers && term.Value.Length > 0)))
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
            ? "a filter is terms with blanks between that must all hold: name=value, name=value,value (any of them), name!=value, name~part, name>number or name<number; values are plain text"
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

    // Blanks of whatever kind part the terms, but not within a value in quotes: these open right behind a sign, and close where the term ends.
    private static IEnumerable<string> Split(string text)
    {
        int start = 0;
        while (start < text.Length)
        {
            int end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
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

    private static int Closing(string text, int start, int open)
    {
        for (int at = open + 1; at < text.Length; at++)
        {
            if (text[at] == text[open] && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1])))
            {
                return at;
            }
        }

        throw new ToolException(
            "usage", $"'{text[start..]}' in filter: the value begins with {text[open]} and has none at its end; close it, or leave the quotes out.");
    }

    // A member of the rows and a sign behind a comma are a term, and no part of a value.
    private static bool HoldsAnother(Term term, IReadOnlyList<JsonObject> rows) => term.Value.Split(',', ';', '&').Skip(1)
        .Select(static part => part.Trim(' ', '"', '\''))
        .Select(static part => part[..Math.Max(0, part.IndexOfAny(s_signs))].TrimEnd('!'))
        .Any(name => name.Length > 0 && rows.Any(row => row.ContainsKey(name)));

    private static Term Parse(string text)
    {
        int at = text.IndexOfAny(s_signs);
        if (at <= 0)
        {
            throw new ToolException("usage", $"'{text}' in filter is no term; write name=value, name!=value, name~part, name>number or name<number.");
        }

        // Many languages write two signs where one says it: == and =~.
        int second = text[at] == '=' && at + 1 < text.Length && text[at + 1] is '=' or '~' ? at + 1 : at;
        string value = text[(second + 1)..];
        string plain = Unquoted(value);
        string[] values = ReferenceEquals(plain, value) ? value.Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
        return new Term(text, text[..at].TrimEnd('!'), text[second], plain, values is [_, _, ..] ? values : [plain], text[at - 1] == '!');
    }

    private static string Unquoted(string value) =>
        value.Length > 1 && value[0] is '\'' or '"' && value[^1] == value[0] ? value[1..^1] : value;

    private static bool Holds(string actual, Term term) => term.Sign switch
    {
        '=' => (Equal(actual, term.Value) || term.Values.Any(value => Equal(actual, value))) != term.IsNot,
        '~' => actual.Contains(term.Value, StringComparison.OrdinalIgnoreCase) != term.IsNot,
        _ => Number(actual) is { } number && Number(term.Value) is { } limit && (term.Sign == '>' ? number > limit : number < limit),
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    // Tags and contents are lists in one text.
    private static bool Equal(string actual, string value) => actual.Equals(value, StringComparison.OrdinalIgnoreCase)
        || (value.Length > 0 && actual.Split([';', ','], StringSplitOptions.TrimEntries).Contains(value, StringComparer.OrdinalIgnoreCase));

    private sealed record Term(string Text, string Name, char Sign, string Value, string[] Values, bool IsNot);
}
