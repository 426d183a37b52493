using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Cli.Output;

/// <summary>
/// Writes a list while it is read, so that a long one needs little memory. Nothing is written before a lot has come or all of it, so that most errors come
/// without a part of the result before them.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="settings">The form.</param>
/// <param name="shape">What is known about it.</param>
internal sealed class RowStream(TextWriter writer, OutputSettings settings, ResultShape shape)
{
    private const int Held = 1 << 20;

    /// <summary>Whether rows can be written without those that come after them; tables and the like need all of them first.</summary>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about the result.</param>
    public static bool Fits(OutputSettings settings, ResultShape shape) => settings.Query is null && settings.Sort.Count == 0
        && (settings.Fields is null || settings.Fields.All(shape.Knows))
        && settings.Format switch
        {
            OutputFormat.Json or OutputFormat.JsonLines => true,
            OutputFormat.Name => !shape.NamesOnce,
            // Which columns there are is seen at the end only, unless it was said.
            OutputFormat.Csv or OutputFormat.Tsv => settings.Fields is not null,
            _ => false,
        };

    /// <summary>Writes a list.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the members of a row.</param>
    /// <returns>How many rows there were.</returns>
    public Task<int> WriteAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write) => settings.Format == OutputFormat.Json
        ? WriteJsonAsync(rows, write)
        : WriteLinesAsync(rows, write);

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
            json.WriteStartObject();
            write(json, row);
            json.WriteEndObject();
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
            ResultWriter.Write(text, JsonText.Build(static json =>
            {
                json.WriteStartArray();
                json.WriteEndArray();
            }), settings, shape);
        }

        Write(text);
        return count;
    }

    private void Write(StringWriter text)
    {
        writer.Write(text.GetStringBuilder());
        text.GetStringBuilder().Clear();
    }

    private static JsonElement Element<T>(T row, Action<Utf8JsonWriter, T> write) => JsonText.Build(json =>
    {
        json.WriteStartObject();
        write(json, row);
        json.WriteEndObject();
    });
}
