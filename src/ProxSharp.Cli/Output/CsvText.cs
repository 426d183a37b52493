using System.Buffers;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>Writes comma-separated values: quotes where needed, line feeds between rows, nested values as JSON.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    /// <summary>
    /// Writes a list of objects as rows, an object as one row, lists of one length as rows without names, anything else as the column <c>value</c>.
    /// </summary>
    public static void Write(TextWriter writer, JsonElement value, OutputSettings settings, ResultShape shape)
    {
        if (settings.Query is not null && IsTable(value))
        {
            foreach (JsonElement row in value.EnumerateArray())
            {
                writer.WriteLine(string.Join(Separator(settings), row.EnumerateArray().Select(cell => Cell(cell, settings))));
            }

            return;
        }

        IReadOnlyList<string> columns = settings.Fields ?? Columns(FieldSelection.NamesIn(value), settings, shape);
        IEnumerable<JsonElement> rows = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        bool objects = rows.Any(static row => row.ValueKind == JsonValueKind.Object);
        if (!objects && value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0)
        {
            objects = true;
        }

        if (!settings.NoHeader && (!objects || columns.Count > 0))
        {
            writer.WriteLine(objects ? string.Join(Separator(settings), columns.Select(column => Quote(column, settings))) : "value");
        }

        foreach (JsonElement row in rows)
        {
            WriteRow(writer, settings, objects
                ? string.Join(
                    Separator(settings),
                    columns.Select(
                        column => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column, out JsonElement cell) ? Cell(cell, settings) : ""))
                : Cell(row, settings));
        }
    }

    // Many readers pass over empty lines: a row whose only value is empty would be lost.
    private static void WriteRow(TextWriter writer, OutputSettings settings, string row) =>
        writer.WriteLine(row.Length == 0 && settings.Format == OutputFormat.Csv ? "\"\"" : row);

    /// <summary>The columns: all that the rows may have, whatever they have today, so that a program finds each of them at its place.</summary>
    /// <param name="present">What they have.</param>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the result.</param>
    public static IReadOnlyList<string> Columns(IEnumerable<string> present, OutputSettings settings, ResultShape shape) =>
        settings.Query is not null || shape.KnownFields.Count == 0
            ? [.. present.Distinct(StringComparer.Ordinal)]
            : [.. shape.LeadingFields.Where(shape.KnownFields.Contains).Union(shape.SingleFields, StringComparer.Ordinal).Union(present, StringComparer.Ordinal)];

    // What a query such as [].[vmid, name] makes of a list. Its columns have no names.
    private static bool IsTable(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
        && value[0].ValueKind == JsonValueKind.Array && value[0].GetArrayLength() is > 0 and var columns
        && value.EnumerateArray().All(row => row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == columns);

    private static char Separator(OutputSettings settings) => settings.Format == OutputFormat.Tsv ? '\t' : ',';

    private static string Cell(JsonElement cell, OutputSettings settings) => cell.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => Quote(cell.GetString()!, settings),
        JsonValueKind.Object or JsonValueKind.Array => Quote(JsonText.Compact(cell), settings),
        _ => cell.GetRawText(),
    };

    private static string Quote(string text, OutputSettings settings)
    {
        if (settings.Format == OutputFormat.Tsv)
        {
            // Tabs and breaks have no quotes in this form: they are shown as escapes, and what escapes begin with is one itself.
            return TextCells.Visible(text.Replace("\\", "\\\\", StringComparison.Ordinal));
        }

        // Control characters would steer the terminal that a file is shown on later; only there are line breaks harmless.
        string safe = TextCells.Visible(text, keepBreaks: settings.Width is null);
        return safe.AsSpan().ContainsAny(s_special) || safe.StartsWith(' ') || safe.EndsWith(' ')
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }
}
