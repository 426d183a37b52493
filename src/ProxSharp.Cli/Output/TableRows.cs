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

    // Who wants it wide wants all of it, whatever the terminal shows.
    private readonly int? _room;

    /// <summary>Decides about the columns, and writes their names.</summary>
    /// <param name="writer">Where the table goes.</param>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the rows.</param>
    /// <param name="first">The rows, or the first of them; none is written.</param>
    /// <param name="isAll">Whether no more will come.</param>
    public TableRows(TextWriter writer, OutputSettings settings, ResultShape shape, IEnumerable<JsonElement> first, bool isAll)
    {
        (_writer, _settings, _shape) = (writer, settings, shape);
        _room = settings.Format == OutputFormat.Wide ? null : settings.Width;
        OrderedDictionary<string, Column> seen = Look(first);
        IReadOnlyList<string>? chosen = Chosen(seen, isAll);
        IEnumerable<Column> columns = (chosen ?? Ordered([.. seen.Keys.Union(isAll ? [] : shape.KnownFields)]))
            .Select(name => seen.TryGetValue(name, out Column? column) ? column : new Column(name))
            .Where(column => settings.Fields is not null || shape.TableFields.Contains(column.Name) || column.HasText || (!isAll && shape.Knows(column.Name)));

        // Nested values are long and seldom what one looks for: they come last, unless the user set the order.
        _columns = [.. chosen is null ? columns.OrderBy(static column => column.IsNested) : columns];
        _whole = _columns.Find(column => column.Name == shape.WholeField);
        AddGauges();
        _hidden = _room is { } width ? Fit(width) : 0;
        _whole = _columns.Find(column => column == _whole);
        if (!isAll && _room is { } room && _whole is not null && _columns[^1] == _whole)
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
        string[] parts = _whole is null || _room is null ? [whole] : [.. TextCells.Fold(whole, _whole.Width)];
        for (int line = 0; line < parts.Length; line++)
        {
            int part = line;
            string Text(Column column) => column == _whole ? parts[part] : part == 0 ? Cut(TextOf(row, column), column) : "";
            WriteLine(column => Colour(row, column, TextCells.Pad(Text(column), column.Width, column.IsNumeric)));
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

    private string Cut(string text, Column column) => _room is null ? text : TextCells.Cut(text, column.Width);

    private string Colour(JsonElement row, Column column, string cell) => column.Gauge is { } gauge
        ? GaugeCell.Colour(_settings, row, gauge, cell)
        : TableText.Colour(_settings, column.Name, cell);

    private string TextOf(JsonElement row, Column column) => column.Gauge is { } gauge ? GaugeCell.Text(row, gauge, column.Bar)
        : row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column.Name, out JsonElement member)
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

    // Bars are for people who look at a terminal; who chose fields or asked a query has said what is wanted.
    private void AddGauges()
    {
        if (_settings.Width is null || _settings.Fields is not null || _settings.Query is not null)
        {
            return;
        }

        foreach (Gauge gauge in _shape.Gauges.Where(gauge => !gauge.IsWide || _settings.Format == OutputFormat.Wide))
        {
            int at = _columns.FindIndex(column => column.Name == gauge.Total);
            if (at >= 0 && _columns.Exists(column => column.Name == gauge.Used))
            {
                _columns.Insert(at + 1, new Column(gauge));
            }
        }
    }

    // Bars become shorter, then go, before any column in front of them does; columns behind the last one are worth less.
    private void FitGauges(int width)
    {
        foreach (int bar in GaugeCell.Lengths)
        {
            int last = _columns.FindLastIndex(static column => column.Gauge is not null);
            _columns.ForEach(column => column.SetBar(bar));
            if (_columns.Take(last + 1).Sum(static column => column.Width + Gap.Length) - Gap.Length <= width)
            {
                return;
            }
        }

        _columns.RemoveAll(static column => column.Gauge is not null);
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
            // One that stays shall leave room for the next.
            column.Width = Math.Min(column.Width, Math.Max(TableText.NarrowestColumn, width / (_shape.KeptFields.Contains(column.Name) ? 4 : 2)));
        }

        FitGauges(width);
        int kept = _settings.Fields is null ? _columns.TakeWhile(column => _shape.KeptFields.Contains(column.Name)).Count() : 0;
        while (_settings.Fields is null && _columns.Count > kept && (_columns.Count > 2 ? Total() > width : _columns.Count == 2 && !HasRoomForTwo(width)))
        {
            Column least = _columns.Find(column => _shape.FirstToGo.Contains(column.Name)) ?? _columns[^1];
            _columns.Remove(least);
            hidden += least.Gauge is null ? 1 : 0;
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
        public Column(Gauge gauge)
            : this(gauge.Title)
        {
            (Gauge, IsNumeric) = (gauge, false);
            SetBar(Bar);
        }

        /// <summary>What its bars are drawn from; null if it has none.</summary>
        public Gauge? Gauge { get; }

        public int Bar { get; private set; } = GaugeCell.Lengths[0];

        public string Name { get; } = name;

        /// <summary>The name as it may be shown.</summary>
        public string Title { get; } = TextCells.Visible(name);

        public bool HasText { get; private set; }

        public bool IsNumeric { get; private set; } = true;

        public bool IsNested { get; private set; }

        public int Width { get; set; } = TextCells.Width(TextCells.Visible(name));

        public void SetBar(int bar)
        {
            if (Gauge is not null)
            {
                (Bar, Width) = (bar, Math.Max(TextCells.Width(Title), GaugeCell.Width(bar)));
            }
        }

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
