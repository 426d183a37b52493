using System.Text.Json;

namespace ProxSharp.Cli.Output;

/// <summary>Writes a result in the form the user asked for.</summary>
internal static class ResultWriter
{
    /// <summary>Writes a result.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="result">The result with raw keys and native types.</param>
    /// <param name="settings">The form.</param>
    /// <param name="shape">What is known about it.</param>
    public static void Write(TextWriter writer, JsonElement result, OutputSettings settings, ResultShape shape)
    {
        JsonElement value = FieldSelection.Apply(result, settings.Fields, shape);
        switch (settings.Format)
        {
            case OutputFormat.Json:
                writer.WriteLine(JsonText.Indented(value));
                break;
            case OutputFormat.JsonLines:
                WriteLines(writer, value);
                break;
            case OutputFormat.Yaml:
                YamlText.Write(writer, value);
                break;
            case OutputFormat.Csv:
                CsvText.Write(writer, value, settings);
                break;
            default:
                new TableText(writer, settings, shape).Write(value);
                break;
        }
    }

    private static void WriteLines(TextWriter writer, JsonElement value)
    {
        IEnumerable<JsonElement> lines = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        foreach (JsonElement line in lines)
        {
            writer.WriteLine(JsonText.Compact(line));
        }
    }
}
