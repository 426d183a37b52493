using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Makes lists small and harmless: chosen members, a page of rows, and the text of others marked.</summary>
internal static class Rows
{
    /// <summary>The arguments of every list.</summary>
    public const string Arguments = """
        "filter":{"type":"string"},"sort":{"type":"string"},"fields":{"type":"string"},"limit":{"type":"integer"},"offset":{"type":"integer"}
        """;

    /// <summary>A longer answer is no help to anybody, and of names as random as hashes it would be 6000 tokens: the rest comes with the next page.</summary>
    private const int LongestPage = 16_000;

    private const int CellLength = 188;

    // Lists of names: some clients give the model the text alone, and a right whose end it never sees is one that it takes to be missing.
    private const int LongCellLength = 1988;

    /// <summary>A page of a list, as the call wants it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="all">All rows.</param>
    /// <param name="columns">The members that are shown if the call chooses none; empty for all.</param>
    /// <param name="total">How many there are beside those given, where the server has paged already; null if the rows are all.</param>
    /// <param name="declared">The members that rows may have, though none of these has them; null for none.</param>
    public static ToolAnswer Page(
        ToolCall call, IReadOnlyList<JsonObject> all, IReadOnlyList<string> columns, long? total = null, IReadOnlyCollection<string>? declared = null)
    {
        string[] known = [.. all.SelectMany(static row => row.Select(static member => member.Key)).Concat(columns).Distinct(StringComparer.Ordinal)];
        string[] chosen = call.Words("fields");
        string[] possible = [.. known.Union(declared ?? [], StringComparer.Ordinal)];
        RowFilter filter = new(call.Text("filter"), possible);
        Check(call, filter, possible, chosen, all.Count > 0);
        filter.Check(all);
        List<JsonObject> rows = Sorted(call, all.Where(filter.Accepts));
        string[] shown = chosen.Length > 0 ? chosen : columns.Count > 0 ? [.. columns] : known;
        int offset = call.Number("offset", 0, int.MaxValue);
        int limit = Limit(call);
        JsonObject[] page = Cut(rows.Skip(total is null ? offset : 0).Take(limit), shown);
        long count = total ?? rows.Count;
        int next = offset + page.Length;
        string[] present = [.. shown.Where(name => page.Any(row => row.ContainsKey(name)))];
        ToolAnswer answer = Answer(page, present, count, limit, offset, next < count && page.Length > 0 ? next : null);
        return rows.Count == 0 && Why(filter, all) is { } note ? WithNote(answer, note) : answer;
    }

    /// <summary>How many rows the call wants at most.</summary>
    public static int Limit(ToolCall call) => call.Number("limit", 50, 500, least: 1);

    /// <summary>Says of an answer that only some of the server's rows were looked at, if that is so.</summary>
    public static ToolAnswer OfPart(ToolAnswer answer, int looked, long total)
    {
        if (total <= looked)
        {
            return answer;
        }

        answer.Value["truncated"] = true;
        return WithNote(answer, string.Create(
            CultureInfo.InvariantCulture, $"only {looked} of the server's {total} rows were looked at; start and limit in parameters choose them"));
    }

    /// <summary>Adds what has to be known about an answer.</summary>
    public static ToolAnswer WithNote(ToolAnswer answer, string note)
    {
        string? before = answer.Value["note"]?.ToString();
        answer.Value["note"] = before is null ? note : $"{before}; {note}";
        return answer with { Text = $"{answer.Text} ({note})" };
    }

    // Nobody is told "none" where it was the name, or the way the filter is written, that chose nothing.
    private static string? Why(RowFilter filter, IReadOnlyList<JsonObject> all) =>
        string.Join(", ", filter.Absent(all)) is not { Length: > 0 } absent ? filter.Hint(all)
        : all.Count == 0 ? "there are no rows to choose from"
        : string.Create(CultureInfo.InvariantCulture, $"no row of {all.Count} has: {absent}");

    /// <summary>The rows as lines with tabs, for an answer with several lists.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">Their members, in order.</param>
    /// <param name="rest">Where the rest of a long cell is to be found.</param>
    public static string Table(IEnumerable<JsonObject> rows, IReadOnlyList<string> columns, string rest = "all of it is in the object")
    {
        StringBuilder text = new(string.Join('\t', columns));
        foreach (JsonObject row in rows)
        {
            text.Append('\n').AppendJoin('\t', columns.Select(column => Cell(row[column], rest, column is "privileges" or "paths" ? LongCellLength : CellLength)));
        }

        return text.ToString();
    }

    /// <summary>Safe copies of rows with some of their members.</summary>
    public static JsonObject[] Project(IEnumerable<JsonObject> rows, IReadOnlyList<string> columns) => [.. rows.Select(row => Project(row, columns))];

    private static void Check(ToolCall call, RowFilter filter, string[] known, string[] chosen, bool hasRows)
    {
        string? unknown = chosen.FirstOrDefault(name => !known.Contains(name))
            ?? filter.Unknown(known)
            ?? (call.Text("sort")?.TrimStart('-') is { Length: > 0 } sort && !known.Contains(sort) ? sort : null);
        if (unknown is not null && hasRows)
        {
            throw new ToolException("usage", $"The rows have no member '{unknown}'; there are: {string.Join(", ", known)}.");
        }
    }

    private static List<JsonObject> Sorted(ToolCall call, IEnumerable<JsonObject> rows)
    {
        if (call.Text("sort") is not { Length: > 0 } sort)
        {
            return [.. rows];
        }

        string name = sort.TrimStart('-');
        Comparer<JsonNode?> order = Comparer<JsonNode?>.Create(Compare);
        return [.. sort[0] == '-' ? rows.OrderByDescending(row => row[name], order) : rows.OrderBy(row => row[name], order)];
    }

    private static int Compare(JsonNode? left, JsonNode? right)
    {
        (string a, string b) = (left?.ToString() ?? "", right?.ToString() ?? "");
        return double.TryParse(a, CultureInfo.InvariantCulture, out double x) && double.TryParse(b, CultureInfo.InvariantCulture, out double y)
            ? x.CompareTo(y)
            : string.CompareOrdinal(a, b);
    }

    private static JsonObject[] Cut(IEnumerable<JsonObject> rows, string[] columns)
    {
        List<JsonObject> page = [];
        int length = 0;
        foreach (JsonObject row in rows)
        {
            JsonObject safe = Project(row, columns);
            length += safe.ToJsonString().Length;
            if (length > LongestPage && page.Count > 0)
            {
                break;
            }

            page.Add(safe);
        }

        return [.. page];
    }

    private static JsonObject Project(JsonObject row, IReadOnlyList<string> columns)
    {
        JsonObject safe = [];
        foreach (string column in columns.Where(row.ContainsKey))
        {
            safe[column] = SafeText.Of(row[column], SafeText.NameIn(row, column));
        }

        return safe;
    }

    private static ToolAnswer Answer(JsonObject[] page, string[] columns, long total, int limit, int offset, int? next)
    {
        string[] foreign = [.. columns.Where(SafeText.IsForeign)];
        List<string> notes = [];
        if (next is { } more)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{page.Length} of {total}; go on with offset {more}"));
        }

        if (foreign.Length > 0)
        {
            notes.Add($"written by others: {string.Join(", ", foreign)}");
        }

        string text = page.Length > 0 ? Table(page, columns) + (notes.Count > 0 ? $"\n({string.Join("; ", notes)})" : "")
            : total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{total} in all, none after offset {offset}")
            : "none";
        JsonObject value = new()
        {
            ["rows"] = new JsonArray([.. page]),
            ["returned"] = page.Length,
            ["total"] = total,
            ["limit"] = limit,
            ["truncated"] = next is not null,
            ["next"] = next,
        };
        if (foreign.Length > 0)
        {
            value["untrusted"] = new JsonArray([.. foreign.Select(static name => (JsonNode)name)]);
        }

        return new ToolAnswer(text, value);
    }

    private static string Cell(JsonNode? value, string rest, int length)
    {
        string text = value switch
        {
            null => "-",
            JsonArray items => string.Join(',', items.Select(static item => item is JsonObject or JsonArray ? Values.Compact(item) : item?.ToString())),
            JsonObject members => Values.Compact(members),
            _ => value.ToString(),
        };
        return text.Length == 0 ? "-" : text.Length > length + 30 ? $"{UntrustedText.CutMarked(text, length)}... (cut; {rest})" : text;
    }
}
