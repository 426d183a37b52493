using System.Buffers;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>Writes comma-separated values: quotes where needed, line feeds between rows, nested values as JSON.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    /// <summary>Writes a list of objects as rows, an object as one row, anything else as the column <c>value</c>.</summary>
    public static void Write(TextWriter writer, JsonElement value, OutputSettings settings)
    {
        IReadOnlyList<string> columns = settings.Fields ?? FieldSelection.NamesIn(value);
        IEnumerable<JsonElement> rows = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        bool objects = rows.Any(static row => row.ValueKind == JsonValueKind.Object);
        if (!objects && value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0)
        {
            columns = settings.Fields ?? [];
            objects = true;
        }

        if (!settings.NoHeader && (!objects || columns.Count > 0))
        {
            writer.WriteLine(objects ? string.Join(Separator(settings), columns.Select(column => Quote(column, settings))) : "value");
        }

        foreach (JsonElement row in rows)
        {
            writer.WriteLine(objects
                ? string.Join(
                    Separator(settings),
                    columns.Select(
                        column => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column, out JsonElement cell) ? Cell(cell, settings) : ""))
                : Cell(row, settings));
        }
    }

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
            // Tabs and breaks have no quotes in this form: they are shown as escapes.
            return TextCells.Visible(text);
        }

        // Control characters would steer the terminal that a file is shown on later; only there are line breaks harmless.
        string safe = TextCells.Visible(text, keepBreaks: settings.Width is null);
        return safe.AsSpan().ContainsAny(s_special) || safe.StartsWith(' ') || safe.EndsWith(' ')
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }
}
