using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Turns what servers send into the short values that rows hold: GiB, per cent, days, times.</summary>
internal static class Values
{
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON on one line for the text of an answer, in which the marks around what others wrote are no escapes.</summary>
    public static string Compact(JsonNode value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_readable))
        {
            value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private const double Gibibyte = 1L << 30;

    /// <summary>A row of the members that have a value.</summary>
    public static JsonObject Row(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        JsonObject row = [];
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is not null)
            {
                row[name] = value;
            }
        }

        return row;
    }

    /// <summary>The object as it came.</summary>
    public static JsonObject Raw(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? JsonObject.Create(element)!
        : new JsonObject { ["value"] = Node(element) };

    public static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => JsonValue.Create(element),
    };

    public static double? Number(this JsonElement element, string name) =>
        double.TryParse(element.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    public static JsonNode? Whole(this JsonElement element, string name) => element.Number(name) is { } number ? JsonValue.Create((long)number) : null;

    public static JsonNode? Word(this JsonElement element, string name) => element.Text(name) is { Length: > 0 } text ? JsonValue.Create(text) : null;

    public static JsonNode? Gib(this JsonElement element, string name) => Gib(element.Number(name));

    public static JsonNode? Gib(double? bytes) => bytes is { } number ? JsonValue.Create(Math.Round(number / Gibibyte, number < 10 * Gibibyte ? 2 : 0)) : null;

    /// <summary>A share of 0 to 1 in per cent.</summary>
    public static JsonNode? Percent(double? share) => share is { } number && double.IsFinite(number) ? JsonValue.Create(Math.Round(number * 100, 1)) : null;

    /// <summary>One member as a share of another, in per cent.</summary>
    public static JsonNode? Percent(this JsonElement element, string part, string whole) =>
        element.Number(whole) is > 0 and { } all && element.Number(part) is { } some ? Percent(some / all) : null;

    /// <summary>A time in seconds since 1970, to the minute.</summary>
    public static JsonNode? Time(this JsonElement element, string name) => element.Number(name) is { } seconds ? Time((long)seconds) : null;

    public static JsonNode Time(long seconds) => JsonValue.Create(
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, 253_402_300_799)).ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture));

    public static JsonNode? Days(double? seconds, DateTimeOffset now) =>
        seconds is { } time ? JsonValue.Create(Math.Round((now.ToUnixTimeSeconds() - time) / 86_400, 1)) : null;
}
