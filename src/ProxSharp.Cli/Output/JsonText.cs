using System.Buffers;
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
    public static string Write(Action<Utf8JsonWriter> write, JsonWriterOptions options) => Encoding.UTF8.GetString(WriteBytes(write, options).Span);

    /// <summary>Returns what <paramref name="write"/> wrote as a value.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        using JsonDocument document = JsonDocument.Parse(WriteBytes(write, s_compact));
        return document.RootElement.Clone();
    }

    /// <summary>Returns what <paramref name="write"/> wrote, piece by piece, as a value.</summary>
    public static async Task<JsonElement> BuildAsync(Func<Utf8JsonWriter, Task> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        Utf8JsonWriter json = new(buffer, s_compact);
        await using (json.ConfigureAwait(false))
        {
            await write(json).ConfigureAwait(false);
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>Returns a value on one line.</summary>
    public static string Compact(JsonElement value) => Write(value.WriteTo, s_compact);

    /// <summary>Returns a value on indented lines.</summary>
    public static string Indented(JsonElement value) => Write(value.WriteTo, s_indented);

    private static ReadOnlyMemory<byte> WriteBytes(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, options))
        {
            write(json);
        }

        return buffer.WrittenMemory;
    }
}
