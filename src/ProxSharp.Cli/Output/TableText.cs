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
    private const int NarrowestColumn = 8;

    /// <summary>Fields that lead every table that has them: what names a thing, then how it is.</summary>
    private static readonly string[] s_first =
        ["vmid", "name", "node", "storage", "store", "id", "userid", "poolid", "upid", "volid", "type", "status", "lock", "pool", "tags"];

    /// <summary>Writes a list of objects as columns, an object as one field a line, a plain value as it is.</summary>
    public void Write(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array when value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Object):
                WriteRows([.. value.EnumerateArray()]);
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

    private void WriteRows(IReadOnlyList<JsonElement> items)
    {
        // Nested values are long and seldom what one looks for: they come last, unless the user set the order.
        List<Column> columns = [.. Chosen(items) is null ? Columns(items).OrderBy(static column => column.IsNested) : Columns(items)];
        int hidden = settings.Width is { } width ? Fit(columns, width) : 0;
        if (!settings.NoHeader)
        {
            WriteLine(columns, column => settings.Ansi.Bold(TextCells.Pad(TextCells.Cut(column.Name, column.Width), column.Width, column.IsNumeric)));
        }

        for (int row = 0; row < items.Count; row++)
        {
            WriteRow(columns, row);
        }

        if (hidden > 0)
        {
            string more = string.Create(
                CultureInfo.InvariantCulture, $"({hidden} more {(hidden == 1 ? "field" : "fields")}: choose with --fields, or see all with -o json)");
            foreach (string line in TextCells.Wrap(more, settings.Width ?? more.Length))
            {
                writer.WriteLine(settings.Ansi.Dim(line));
            }
        }
    }

    private void WriteRow(List<Column> columns, int row)
    {
        string[] parts = columns.Find(IsWhole) is { } whole ? [.. TextCells.Fold(whole.Cells[row], whole.Width)] : [""];
        for (int line = 0; line < parts.Length; line++)
        {
            int part = line;
            string Text(Column column) => IsWhole(column) ? parts[part] : part == 0 ? TextCells.Cut(column.Cells[row], column.Width) : "";
            WriteLine(columns, column => Colour(column.Name, TextCells.Pad(Text(column), column.Width, column.IsNumeric)));
        }
    }

    private bool IsWhole(Column column) => column.Name == shape.WholeField;

    private void WriteLine(List<Column> columns, Func<Column, string> cell)
    {
        string line = string.Join(Gap, columns.Select(cell));
        writer.WriteLine(settings.Ansi.IsEnabled ? line : line.TrimEnd());
    }

    private IEnumerable<Column> Columns(IReadOnlyList<JsonElement> items)
    {
        IEnumerable<string> names = Chosen(items) ?? Ordered(
            [.. items.SelectMany(static item => FieldSelection.NamesIn(item)).Distinct(StringComparer.Ordinal)]);
        foreach (string name in names)
        {
            shape.Renderers.TryGetValue(name, out string? renderer);
            List<JsonElement> values =
                [.. items.Select(item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement member) ? member : default)];
            string[] cells = [.. values.Select(value => ValueRenderer.Render(value, renderer))];
            if (settings.Fields is not null || shape.TableFields.Contains(name) || cells.Any(static cell => cell.Length > 0))
            {
                bool numeric = values.All(static value => value.ValueKind is JsonValueKind.Number or JsonValueKind.Null or JsonValueKind.Undefined);
                bool nested = values.Any(static value => value.ValueKind == JsonValueKind.Object || IsListOfObjects(value));
                yield return new Column(TextCells.Visible(name), cells, numeric, nested);
            }
        }
    }

    // The fields that somebody chose, or the verb where nobody did; null for all.
    private IReadOnlyList<string>? Chosen(IReadOnlyList<JsonElement> items)
    {
        if (settings.Fields is not null || settings.Format == OutputFormat.Wide || settings.Query is not null || shape.TableFields.Count == 0)
        {
            return settings.Fields;
        }

        string[] present = [.. shape.TableFields.Where(
            field => items.Any(item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(field, out _)))];
        return present.Length > 0 ? present : null;
    }

    private static bool IsListOfObjects(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(static item => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array);

    private IEnumerable<string> Ordered(IReadOnlyList<string> names)
    {
        string[] leading = shape.LeadingFields.Count > 0 ? [.. shape.LeadingFields] : s_first;
        return names.OrderBy(name => Array.IndexOf(leading, name) is >= 0 and int rank ? rank : leading.Length);
    }

    /// <summary>Makes the columns fit; returns how many were left out.</summary>
    private int Fit(List<Column> columns, int width)
    {
        int hidden = 0;
        int Total() => columns.Sum(static column => column.Width) + (Gap.Length * (columns.Count - 1));

        // Long texts first lose what nobody reads at a glance.
        foreach (Column column in columns.Where(column => !column.IsNumeric && !IsWhole(column)))
        {
            column.Width = Math.Min(column.Width, Math.Max(NarrowestColumn, width / 2));
        }

        while (settings.Fields is null && columns.Count > 2 && Total() > width)
        {
            columns.RemoveAt(columns.Count - 1);
            hidden++;
        }

        if (Total() > width && columns.Find(IsWhole) is { } whole)
        {
            whole.Width = Math.Max(NarrowestColumn, width - (Total() - whole.Width));
        }

        while (Total() > width && columns.MaxBy(static column => column.Width) is { Width: > 4 } widest)
        {
            widest.Width = Math.Max(4, widest.Width - Math.Max(1, Math.Min(Total() - width, widest.Width / 4)));
        }

        return hidden;
    }

    private void WriteFields(JsonElement value)
    {
        IReadOnlyList<string> names = settings.Fields ?? [.. Ordered(FieldSelection.NamesIn(value))];
        if (names.Count == 0)
        {
            return;
        }

        int longest = names.Max(static name => TextCells.Width(TextCells.Visible(name)));
        foreach (string name in names)
        {
            shape.Renderers.TryGetValue(name, out string? renderer);
            string text = value.TryGetProperty(name, out JsonElement member) ? ValueRenderer.Render(member, renderer) : "";
            if (settings.Width is { } width && name != shape.WholeField)
            {
                text = TextCells.Cut(text, Math.Max(NarrowestColumn, width - longest - Gap.Length));
            }

            string line = settings.NoHeader ? text : $"{settings.Ansi.Bold(TextCells.Pad(TextCells.Visible(name), longest, right: false))}{Gap}{Colour(name, text)}";
            writer.WriteLine(line.TrimEnd());
        }
    }

    private string Colour(string name, string cell) => name is "status" or "exitstatus" or "state"
        ? cell.TrimEnd() switch
        {
            "running" or "online" or "available" or "OK" or "ok" => settings.Ansi.Green(cell),
            "stopped" => settings.Ansi.Dim(cell),
            "offline" or "error" or "unknown" => settings.Ansi.Red(cell),
            "paused" or "suspended" => settings.Ansi.Yellow(cell),
            _ => cell,
        }
        : cell;

    private sealed class Column(string name, string[] cells, bool isNumeric, bool isNested)
    {
        public string Name { get; } = name;

        public string[] Cells { get; } = cells;

        public bool IsNumeric { get; } = isNumeric;

        public bool IsNested { get; } = isNested;

        public int Width { get; set; } = Math.Max(TextCells.Width(name), cells.Max(TextCells.Width));
    }
}
