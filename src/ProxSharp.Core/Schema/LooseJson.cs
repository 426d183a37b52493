using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Schema;

/// <summary>Reads members of a server's own schema, where numbers may be texts and booleans numbers. What does not fit counts as absent.</summary>
internal static class LooseJson
{
    public static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    public static IEnumerable<JsonProperty> Members(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    public static IEnumerable<JsonElement> Items(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static string? Text(JsonElement element, string name) => Scalar(Member(element, name));

    /// <summary>The wire form of a text, number or boolean; null for everything else.</summary>
    public static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => null,
    };

    /// <summary>Null if the member is absent; otherwise whether it is 1 or true.</summary>
    public static bool? Truth(JsonElement element, string name) => Text(element, name) is { } text ? text is not ("0" or "" or "false") : null;

    public static double? Number(JsonElement element, string name) =>
        double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    public static int? Count(JsonElement element, string name) =>
        Number(element, name) is >= 0 and <= int.MaxValue and { } number ? (int)number : null;

    public static List<string> Texts(JsonElement array) => [.. Items(array).Select(Scalar).OfType<string>()];
}
