using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>
/// Writes columns for people. In a pipe every field and every character is there; in a terminal lines never wrap: the columns that
/// matter least are left out and a note says so.
/// </summary>
internal sealed class TableText(TextWriter writer, OutputSettings settings, ResultShape shape)
{
    private const string Gap = "  ";

    /// <summary>What a column of texts keeps at least.</summary>
    public const int NarrowestColumn = 8;

    /// <summary>Fields that lead every table that has them: what names a thing, then how it is.</summary>
    private static readonly string[] s_first =
        ["vmid", "name", "node", "storage", "store", "id", "userid", "poolid", "upid", "volid", "type", "status", "lock", "pool", "tags"];

    /// <summary>Writes a list of objects as columns, an object as one field a line, a plain value as it is.</summary>
    public void Write(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array when value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Object):
                WriteRows(value.EnumerateArray());
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    writer.WriteLine(ValueRenderer.Render(item, null));
                }

                break;
            case JsonValueKind.Object:
                WriteFields(value);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            case JsonValueKind.String:
                writer.WriteLine(Document(value.GetString()!));
                break;
            default:
                writer.WriteLine(ValueRenderer.Render(value, null));
                break;
        }
    }

    // A result that is one text may be a file or a diff: its line breaks stay.
    private static string Document(string text) => string.Join('\n', text.TrimEnd('\n').Split('\n').Select(static line => TextCells.Visible(line)));

    /// <summary>Puts names into the order of the columns of a table.</summary>
    public static IEnumerable<string> Ordered(IReadOnlyList<string> names, ResultShape shape)
    {
        string[] leading = shape.LeadingFields.Count > 0 ? [.. shape.LeadingFields] : s_first;
        return names.OrderBy(name => Array.IndexOf(leading, name) is >= 0 and int rank ? rank : leading.Length);
    }

    /// <summary>Gives the states of things their colours.</summary>
    public static string Colour(OutputSettings settings, string name, string cell) => name is "status" or "exitstatus" or "state"
        ? cell.TrimEnd() switch
        {
            "running" or "online" or "available" or "OK" or "ok" => settings.Ansi.Green(cell),
            "stopped" => settings.Ansi.Dim(cell),
            "offline" or "error" or "unknown" => settings.Ansi.Red(cell),
            "paused" or "suspended" => settings.Ansi.Yellow(cell),
            _ => cell,
        }
        : cell;

    private void WriteRows(IEnumerable<JsonElement> items)
    {
        TableRows rows = new(writer, settings, shape, items, isAll: true);
        foreach (JsonElement item in items)
        {
            rows.Write(item);
        }

        rows.End();
    }

    private void WriteFields(JsonElement value)
    {
        IReadOnlyList<string> names = settings.Fields ?? [.. Ordered(FieldSelection.NamesIn(value), shape)];
        if (names.Count == 0)
        {
            return;
        }

        int longest = names.Max(static name => TextCells.Width(TextCells.Visible(name)));
        foreach (string name in names)
        {
            shape.Renderers.TryGetValue(name, out string? renderer);
            string text = value.TryGetProperty(name, out JsonElement member) ? ValueRenderer.Render(member, renderer) : "";
            if (settings is { Width: { } width, Format: not OutputFormat.Wide } && name != shape.WholeField)
            {
                text = TextCells.Cut(text, Math.Max(NarrowestColumn, width - longest - Gap.Length));
            }

            string line = settings.NoHeader ? text : $"{settings.Ansi.Bold(TextCells.Pad(TextCells.Visible(name), longest, right: false))}{Gap}{Colour(settings, name, text)}";
            writer.WriteLine(line.TrimEnd());
        }
    }
}
