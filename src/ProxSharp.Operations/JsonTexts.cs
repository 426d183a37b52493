using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Operations;

/// <summary>JSON as text, and the hash of what it says.</summary>
internal static class JsonTexts
{
    public static string Build(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The same as a value.</summary>
    public static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        using JsonDocument document = JsonDocument.Parse(Build(write));
        return document.RootElement.Clone();
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The hash of a value, whatever the order of members is.</summary>
    public static string Hash(JsonElement value) => Hash(Build(json => WriteSorted(json, value)));

    /// <summary>The hash of a value without the server's digests, which speak of more than the value: of all that is in the same file.</summary>
    public static string HashWithoutDigests(JsonElement value) => Hash(Build(json => WriteSorted(json, value, "digest")));

    /// <summary>A member as text, whether the server wrote a text or a number; null if it is absent.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value.ToString()
            : null;

    /// <summary>
    /// A member as a parameter sets it: some servers answer a property string as an object, with its members in any order; null if it is absent.
    /// </summary>
    public static string? Said(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? Written(value)
            : element.Text(name);

    /// <summary>A value as a parameter sets it: an object is a property string, and a list within it is parted by semicolons.</summary>
    public static string Written(JsonElement value, char between = ',') => value.ValueKind switch
    {
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal)
            .Select(static member => $"{member.Name}={Written(member.Value, ';')}")),
        JsonValueKind.Array => string.Join(between, value.EnumerateArray().Select(static item => item.ToString())),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => value.ToString(),
    };

    /// <summary>A member that is set: Proxmox writes 1, true or "1".</summary>
    public static bool IsSet(this JsonElement element, string name) => element.Text(name) is "1" or "true" or "True";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static void WriteSorted(Utf8JsonWriter json, JsonElement value, string? without = null)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject().Where(member => member.Name != without)
                    .OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    WriteSorted(json, member.Value, without);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteSorted(json, item, without);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
