using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProxSharp.Cli.Output;

/// <summary>Builds JSON by hand: the tool serializes no types.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>Returns what <paramref name="write"/> wrote as text.</summary>
    public static string Write(Action<Utf8JsonWriter> write, JsonWriterOptions options) =>
        UnseenJson.Escape(Encoding.UTF8.GetString(WriteBlocks(write, options).ToArray()));

    /// <summary>Returns what <paramref name="write"/> wrote as a value.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write) => Parse(WriteBlocks(write, s_compact));

    /// <summary>Returns what <paramref name="write"/> wrote, piece by piece, as a value.</summary>
    public static async Task<JsonElement> BuildAsync(Func<Utf8JsonWriter, Task> write)
    {
        JsonBlocks buffer = new();
        Utf8JsonWriter json = new(buffer, s_compact);
        await using (json.ConfigureAwait(false))
        {
            await write(json).ConfigureAwait(false);
        }

        return Parse(buffer);
    }

    // The garbage collector frees the document: a copy that outlives it would need as much again.
    private static JsonElement Parse(JsonBlocks buffer) => JsonDocument.Parse(buffer.ToArray()).RootElement;

    /// <summary>Returns a writer of indented lines.</summary>
    public static Utf8JsonWriter Indent(JsonBlocks buffer) => new(buffer, s_indented);

    /// <summary>Returns what <paramref name="write"/> wrote as bytes on one line.</summary>
    public static byte[] ToUtf8(Action<Utf8JsonWriter> write) => WriteBlocks(write, s_compact).ToArray();

    /// <summary>Returns a value on one line.</summary>
    public static string Compact(JsonElement value) => Write(value.WriteTo, s_compact);

    /// <summary>Returns a value on indented lines.</summary>
    public static string Indented(JsonElement value) => Write(value.WriteTo, s_indented);

    /// <summary>Writes what <paramref name="write"/> writes on indented lines.</summary>
    public static void WriteIndented(TextWriter writer, Action<Utf8JsonWriter> write) => WriteBlocks(write, s_indented).WriteTo(writer);

    private static JsonBlocks WriteBlocks(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        JsonBlocks buffer = new();
        using (Utf8JsonWriter json = new(buffer, options))
        {
            write(json);
        }

        return buffer;
    }
}
