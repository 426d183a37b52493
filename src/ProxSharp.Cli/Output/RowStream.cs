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

    private static readonly JsonElement s_nothing = JsonText.Build(static json =>
    {
        json.WriteStartArray();
        json.WriteEndArray();
    });

    /// <summary>Whether rows can be written without those that come after them; tables and the like need all of them first.</summary>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the result.</param>
    public static bool Fits(OutputSettings settings, ResultShape shape) => settings.Query is null && settings.Sort.Count == 0
        && (settings.Fields is null || settings.Fields.All(shape.Knows))
        && settings.Format switch
        {
            OutputFormat.Json or OutputFormat.JsonLines or OutputFormat.Csv or OutputFormat.Tsv => true,
            OutputFormat.Name => !shape.NamesOnce,
            _ => false,
        };

    /// <summary>Writes a list.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the members of a row.</param>
    /// <returns>How many rows there were.</returns>
    public Task<int> WriteAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write) => settings switch
    {
        { Format: OutputFormat.Json } => WriteJsonAsync(rows, write),
        { Format: OutputFormat.Csv or OutputFormat.Tsv, Fields: null } => WriteColumnsAsync(rows, write),
        _ => WriteLinesAsync(rows, write),
    };

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
            ResultWriter.Write(text, Element(row, write), count++ == 0 ? settings : settings with { NoHeader = true }, shape);
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

    // Which columns there are is seen at the end only. Until then rows are held in the form that needs least.
    private async Task<int> WriteColumnsAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        List<byte[]> held = [];
        OrderedDictionary<string, bool> names = new(StringComparer.Ordinal);
        await foreach (T row in rows.ConfigureAwait(false))
        {
            byte[] line = JsonText.ToUtf8(json => WriteObject(json, row, write));
            held.Add(line);
            using JsonDocument document = JsonDocument.Parse(line);
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                names.TryAdd(member.Name, true);
            }
        }

        if (held.Count == 0)
        {
            CsvText.Write(writer, s_nothing, settings);
        }

        OutputSettings first = settings with { Fields = [.. names.Keys] };
        OutputSettings next = first with { NoHeader = true };
        for (int row = 0; row < held.Count; row++)
        {
            using JsonDocument document = JsonDocument.Parse(held[row]);
            CsvText.Write(writer, document.RootElement, row == 0 ? first : next);
        }

        return held.Count;
    }

    private void Write(StringWriter text)
    {
        writer.Write(text.GetStringBuilder());
        text.GetStringBuilder().Clear();
    }

    private static JsonElement Element<T>(T row, Action<Utf8JsonWriter, T> write) => JsonText.Build(json => WriteObject(json, row, write));

    private static void WriteObject<T>(Utf8JsonWriter json, T row, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        write(json, row);
        json.WriteEndObject();
    }
}
