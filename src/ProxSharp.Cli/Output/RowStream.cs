using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Cli.Output;

/// <summary>
/// Writes a list while it is read, so that a long one needs little memory. Nothing is written before a lot has come or all of it, so that most errors come
/// without a part of the result before them; of a longer one that ends with an error, a part is there.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="settings">The form.</param>
/// <param name="shape">What is known about it.</param>
internal sealed class RowStream(TextWriter writer, OutputSettings settings, ResultShape shape)
{
    private const int Held = 1 << 20;

    // So many decide about the columns.
    private const int HeldRows = 20_000;

    private static readonly JsonElement s_nothing = JsonText.Build(static json =>
    {
        json.WriteStartArray();
        json.WriteEndArray();
    });

    /// <summary>Whether rows can be written without all of them in memory as a result; what is unknown about them needs that.</summary>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the result.</param>
    public static bool Fits(OutputSettings settings, ResultShape shape) => settings.Query is null
        && settings.Sort.All(by => shape.Knows(by.Field))
        && (settings.Fields is null || settings.Fields.All(shape.Knows))
        && !(settings.Format == OutputFormat.Name && shape.NamesOnce);

    /// <summary>Writes a list.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the members of a row.</param>
    /// <returns>How many rows there were.</returns>
    public Task<int> WriteAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write) => settings switch
    {
        { Sort.Count: > 0 } => WriteSortedAsync(rows, write),
        { Format: OutputFormat.Json } => WriteJsonAsync(rows, write),
        { Format: OutputFormat.Csv or OutputFormat.Tsv, Fields: null } => WriteColumnsAsync(rows, write, BeginCsv),
        { Format: OutputFormat.Table or OutputFormat.Wide } => WriteColumnsAsync(rows, write, BeginTable),
        _ => WriteLinesAsync(rows, write),
    };

    /// <summary>Makes a list of one row.</summary>
    public static JsonElement List<T>(T row, Action<Utf8JsonWriter, T> write) => JsonText.Build(json =>
    {
        json.WriteStartArray();
        WriteObject(json, row, write);
        json.WriteEndArray();
    });

    private async Task<int> WriteJsonAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        JsonBlocks blocks = new();
        int count = 0;
        Utf8JsonWriter json = JsonText.Indent(blocks);
        await using (json.ConfigureAwait(false))
        {
            if (settings.IsVersioned)
            {
                json.WriteStartObject();
                json.WriteNumber("schemaVersion", ResultWriter.SchemaVersion);
                json.WritePropertyName("data");
            }

            json.WriteStartArray();
            await foreach (T row in rows.ConfigureAwait(false))
            {
                count++;
                WriteRow(json, row, write);
                if (blocks.Length >= Held)
                {
                    json.Flush();
                    blocks.WriteTo(writer);
                    blocks.Clear();
                }
            }

            json.WriteEndArray();
            if (settings.IsVersioned)
            {
                json.WriteEndObject();
            }
        }

        blocks.WriteTo(writer);
        writer.WriteLine();
        return count;
    }

    private void WriteRow<T>(Utf8JsonWriter json, T row, Action<Utf8JsonWriter, T> write)
    {
        if (settings.Fields is null)
        {
            WriteObject(json, row, write);
        }
        else
        {
            FieldSelection.Apply(Element(row, write), settings.Fields, shape).WriteTo(json);
        }
    }

    private async Task<int> WriteLinesAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = writer.NewLine };
        int count = 0;
        await foreach (T row in rows.ConfigureAwait(false))
        {
            JsonElement element = settings.Format == OutputFormat.Yaml ? List(row, write) : Element(row, write);
            ResultWriter.Write(text, element, count++ == 0 ? settings : settings with { NoHeader = true }, shape);
            if (text.GetStringBuilder().Length >= Held)
            {
                Write(text);
            }
        }

        if (count == 0)
        {
            ResultWriter.Write(text, s_nothing, settings, shape);
        }

        Write(text);
        return count;
    }

    // The order is known at the end only. Until then rows are held in the form that needs least.
    private async Task<int> WriteSortedAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        List<byte[]> held = [];
        await foreach (T row in rows.ConfigureAwait(false))
        {
            held.Add(JsonText.ToUtf8(json => WriteObject(json, row, write)));
        }

        IEnumerable<byte[]> sorted = Sorting.Order(held, settings.Sort);
        return await new RowStream(writer, settings with { Sort = [] }, shape).WriteAsync(sorted.ToAsyncEnumerable(), WriteMembers).ConfigureAwait(false);
    }

    // Which columns there are is seen at the end only. Of a long list the first ones tell, with what is known about it.
    private async Task<int> WriteColumnsAsync<T>(
        IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write, Func<IEnumerable<JsonElement>, bool, (Action<JsonElement> Write, Action End)> begin)
    {
        List<byte[]> held = [];
        (Action<JsonElement> Write, Action End)? form = null;
        int count = 0;
        await foreach (T row in rows.ConfigureAwait(false))
        {
            held.Add(JsonText.ToUtf8(json => WriteObject(json, row, write)));
            count++;
            if (form is null && count == HeldRows)
            {
                form = begin(Read(held), false);
            }

            if (form is not null)
            {
                WriteAll(form.Value.Write, held);
            }
        }

        if (count == 0)
        {
            ResultWriter.Write(writer, s_nothing, settings, shape);
            return 0;
        }

        form ??= begin(Read(held), true);
        WriteAll(form.Value.Write, held);
        form.Value.End();
        return count;
    }

    private (Action<JsonElement> Write, Action End) BeginTable(IEnumerable<JsonElement> first, bool isAll)
    {
        TableRows table = new(writer, settings, shape, first, isAll);
        return (table.Write, table.End);
    }

    private (Action<JsonElement> Write, Action End) BeginCsv(IEnumerable<JsonElement> first, bool isAll)
    {
        OutputSettings form = settings with { Fields = CsvText.Columns(first.SelectMany(FieldSelection.NamesIn), settings, shape) };
        return (Write, static () => { });

        void Write(JsonElement row)
        {
            CsvText.Write(writer, row, form, shape);
            form = form with { NoHeader = true };
        }
    }

    private static void WriteAll(Action<JsonElement> write, List<byte[]> held)
    {
        foreach (JsonElement row in Read(held))
        {
            write(row);
        }

        held.Clear();
    }

    /// <summary>Reads rows one after the other; each of them is there until the next one is asked for.</summary>
    private static IEnumerable<JsonElement> Read(IEnumerable<byte[]> held)
    {
        foreach (byte[] row in held)
        {
            using JsonDocument document = JsonDocument.Parse(row);
            yield return document.RootElement;
        }
    }

    private void Write(StringWriter text)
    {
        writer.Write(text.GetStringBuilder());
        text.GetStringBuilder().Clear();
    }

    private static JsonElement Element<T>(T row, Action<Utf8JsonWriter, T> write) => JsonText.Build(json => WriteObject(json, row, write));

    private static void WriteMembers(Utf8JsonWriter json, byte[] row)
    {
        using JsonDocument document = JsonDocument.Parse(row);
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }
    }

    private static void WriteObject<T>(Utf8JsonWriter json, T row, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        write(json, row);
        json.WriteEndObject();
    }
}
