using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>
/// Writes the rows of a table one after the other. Its columns follow from all of them, or from those that come first: what is wider later stands out of line
/// in a pipe, and is cut in a terminal.
/// </summary>
internal sealed class TableRows
{
    private const string Gap = "  ";

    private readonly TextWriter _writer;
    private readonly OutputSettings _settings;
    private readonly ResultShape _shape;
    private readonly List<Column> _columns;
    private readonly Column? _whole;
    private readonly int _hidden;

    /// <summary>Decides about the columns, and writes their names.</summary>
    /// <param name="writer">Where the table goes.</param>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the rows.</param>
    /// <param name="first">The rows, or the first of them; none is written.</param>
    /// <param name="isAll">Whether no more will come.</param>
    public TableRows(TextWriter writer, OutputSettings settings, ResultShape shape, IEnumerable<JsonElement> first, bool isAll)
    {
        (_writer, _settings, _shape) = (writer, settings, shape);
        OrderedDictionary<string, Column> seen = Look(first);
        IReadOnlyList<string>? chosen = Chosen(seen, isAll);
        IEnumerable<Column> columns = (chosen ?? Ordered([.. seen.Keys.Union(isAll ? [] : shape.KnownFields)]))
            .Select(name => seen.TryGetValue(name, out Column? column) ? column : new Column(name))
            .Where(column => settings.Fields is not null || shape.TableFields.Contains(column.Name) || column.HasText || (!isAll && shape.Knows(column.Name)));

        // Nested values are long and seldom what one looks for: they come last, unless the user set the order.
        _columns = [.. chosen is null ? columns.OrderBy(static column => column.IsNested) : columns];
        _whole = _columns.Find(column => column.Name == shape.WholeField);
        _hidden = settings.Width is { } width ? Fit(width) : 0;
        _whole = _columns.Find(column => column == _whole);
        if (!isAll && settings.Width is { } room && _whole is not null && _columns[^1] == _whole)
        {
            _whole.Width = Math.Max(_whole.Width, room - (Total() - _whole.Width));
        }

        if (!settings.NoHeader)
        {
            WriteLine(column => settings.Ansi.Bold(TextCells.Pad(TextCells.Cut(column.Title, column.Width), column.Width, column.IsNumeric)));
        }
    }

    /// <summary>Writes a row.</summary>
    public void Write(JsonElement row)
    {
        string whole = _whole is null ? "" : TextOf(row, _whole);
        string[] parts = _whole is null || _settings.Width is null ? [whole] : [.. TextCells.Fold(whole, _whole.Width)];
        for (int line = 0; line < parts.Length; line++)
        {
            int part = line;
            string Text(Column column) => column == _whole ? parts[part] : part == 0 ? Cut(TextOf(row, column), column) : "";
            WriteLine(column => TableText.Colour(_settings, column.Name, TextCells.Pad(Text(column), column.Width, column.IsNumeric)));
        }
    }

    /// <summary>Says what there was no room for.</summary>
    public void End()
    {
        if (_hidden == 0)
        {
            return;
        }

        string more = string.Create(
            CultureInfo.InvariantCulture, $"({_hidden} more {(_hidden == 1 ? "field" : "fields")}: choose with --fields, or see all with -o json)");
        foreach (string line in TextCells.Wrap(more, _settings.Width ?? more.Length))
        {
            _writer.WriteLine(_settings.Ansi.Dim(line));
        }
    }

    private string Cut(string text, Column column) => _settings.Width is null ? text : TextCells.Cut(text, column.Width);

    private string TextOf(JsonElement row, Column column) => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column.Name, out JsonElement member)
        ? ValueRenderer.Render(member, _shape.Renderers.GetValueOrDefault(column.Name))
        : "";

    private OrderedDictionary<string, Column> Look(IEnumerable<JsonElement> rows)
    {
        OrderedDictionary<string, Column> columns = new(StringComparer.Ordinal);
        foreach (JsonElement row in rows.Where(static row => row.ValueKind == JsonValueKind.Object))
        {
            foreach (JsonProperty member in row.EnumerateObject())
            {
                if (!columns.TryGetValue(member.Name, out Column? column))
                {
                    columns.Add(member.Name, column = new(member.Name));
                }

                column.Add(member.Value, ValueRenderer.Render(member.Value, _shape.Renderers.GetValueOrDefault(member.Name)));
            }
        }

        return columns;
    }

    // The fields that somebody chose, or the verb where nobody did; null for all.
    private IReadOnlyList<string>? Chosen(OrderedDictionary<string, Column> seen, bool isAll)
    {
        if (_settings.Fields is not null || _settings.Format == OutputFormat.Wide || _settings.Query is not null || _shape.TableFields.Count == 0)
        {
            return _settings.Fields;
        }

        string[] present = [.. _shape.TableFields.Where(field => !isAll || seen.ContainsKey(field))];
        return present.Length > 0 ? present : null;
    }

    private IEnumerable<string> Ordered(IReadOnlyList<string> names) => TableText.Ordered(names, _shape);

    private void WriteLine(Func<Column, string> cell)
    {
        string line = string.Join(Gap, _columns.Select(cell));
        _writer.WriteLine(_settings.Ansi.IsEnabled ? line : line.TrimEnd());
    }

    private int Total() => _columns.Sum(static column => column.Width) + (Gap.Length * (_columns.Count - 1));

    /// <summary>Makes the columns fit; returns how many were left out.</summary>
    private int Fit(int width)
    {
        int hidden = 0;
        int first = _columns.Count > 0 ? _columns[0].Width : 0;

        // Long texts first lose what nobody reads at a glance.
        foreach (Column column in _columns.Where(column => !column.IsNumeric && column != _whole))
        {
            column.Width = Math.Min(column.Width, Math.Max(TableText.NarrowestColumn, width / 2));
        }

        while (_settings.Fields is null && (_columns.Count > 2 ? Total() > width : _columns.Count == 2 && !HasRoomForTwo(width)))
        {
            _columns.RemoveAt(_columns.Count - 1);
            hidden++;
        }

        if (hidden > 0 && _columns is [{ } only])
        {
            only.Width = Math.Min(first, width);
        }

        if (Total() > width && _columns.Find(column => column == _whole) is { } whole)
        {
            whole.Width = Math.Max(TableText.NarrowestColumn, width - (Total() - whole.Width));
        }

        while (Total() > width && _columns.MaxBy(static column => column.Width) is { Width: > 4 } widest)
        {
            widest.Width = Math.Max(4, widest.Width - Math.Max(1, Math.Min(Total() - width, widest.Width / 4)));
        }

        return hidden;
    }

    // What names a thing is worth more than a second column that shows nothing of it.
    private bool HasRoomForTwo(int width) =>
        Math.Min(_columns[0].Width, TableText.NarrowestColumn) + Gap.Length + Math.Min(_columns[1].Width, TableText.NarrowestColumn) <= width;

    private sealed class Column(string name)
    {
        public string Name { get; } = name;

        /// <summary>The name as it may be shown.</summary>
        public string Title { get; } = TextCells.Visible(name);

        public bool HasText { get; private set; }

        public bool IsNumeric { get; private set; } = true;

        public bool IsNested { get; private set; }

        public int Width { get; set; } = TextCells.Width(TextCells.Visible(name));

        public void Add(JsonElement value, string text)
        {
            HasText |= text.Length > 0;
            IsNumeric &= value.ValueKind is JsonValueKind.Number or JsonValueKind.Null or JsonValueKind.Undefined;
            IsNested |= value.ValueKind == JsonValueKind.Object || IsListOfObjects(value);
            Width = Math.Max(Width, TextCells.Width(text));
        }

        private static bool IsListOfObjects(JsonElement value) =>
            value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(static item => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array);
    }
}
