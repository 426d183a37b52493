using System.Globalization;
using System.Text.Json.Nodes;

namespace ProxSharp.Mcp.Tools;

/// <summary>Chooses rows by their members: <c>node=pve1 tags=prod name~db mem_pct&gt;80</c>; all terms must hold.</summary>
internal sealed class RowFilter
{
    private static readonly char[] s_signs = ['=', '~', '>', '<'];

    private readonly (string Name, char Sign, string Value)[] _terms;

    /// <exception cref="ToolException">A term is none.</exception>
    public RowFilter(string? text) => _terms = [.. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Term)];

    /// <summary>Names a member that no row has; null if there is none such.</summary>
    public string? Unknown(ICollection<string> known) => _terms.Select(static term => term.Name).FirstOrDefault(name => !known.Contains(name));

    public bool Accepts(JsonObject row) => _terms.All(term => Holds(row[term.Name]?.ToString() ?? "", term.Sign, term.Value));

    private static (string Name, char Sign, string Value) Term(string text)
    {
        int at = text.IndexOfAny(s_signs);
        return at > 0
            ? (text[..at].TrimEnd('!'), text[at], (text[at - 1] == '!' ? "!" : "") + text[(at + 1)..])
            : throw new ToolException("usage", $"'{text}' in filter is no term; write name=value, name!=value, name~part, name>number or name<number.");
    }

    private static bool Holds(string actual, char sign, string wanted)
    {
        bool isNot = wanted.StartsWith('!');
        string value = isNot ? wanted[1..] : wanted;
        return sign switch
        {
            '=' => Equal(actual, value) != isNot,
            '~' => actual.Contains(value, StringComparison.OrdinalIgnoreCase) != isNot,
            _ => double.TryParse(actual, CultureInfo.InvariantCulture, out double number)
                && double.TryParse(value, CultureInfo.InvariantCulture, out double limit)
                && (sign == '>' ? number > limit : number < limit),
        };
    }

    // Tags and contents are lists in one text.
    private static bool Equal(string actual, string value) => actual.Equals(value, StringComparison.OrdinalIgnoreCase)
        || (value.Length > 0 && actual.Split([';', ','], StringSplitOptions.TrimEntries).Contains(value, StringComparer.OrdinalIgnoreCase));
}
