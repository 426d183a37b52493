using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Query;

/// <summary>
/// The values of the query language: null, <see cref="bool"/>, <see cref="string"/>, a number, a list, an object, or an expression that a function is given.
/// Numbers keep the text they came with, so that what only passes through stays as it is.
/// </summary>
internal static class JmesValue
{
    /// <summary>Takes over JSON.</summary>
    public static object? From(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Members(value),
        JsonValueKind.Array => value.EnumerateArray().Select(From).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => new JmesNumber(value.GetDouble(), value.GetRawText()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>Returns JSON.</summary>
    public static JsonElement ToJson(object? value) => JsonText.Build(json => Write(json, value));

    /// <summary>The name of a value's type in the language.</summary>
    public static string TypeOf(object? value) => value switch
    {
        null => "null",
        bool => "boolean",
        string => "string",
        JmesNumber => "number",
        List<object?> => "array",
        JmesNode => "expression",
        _ => "object",
    };

    /// <summary>False for null, false and everything that is empty.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or false or "" => false,
        List<object?> list => list.Count > 0,
        OrderedDictionary<string, object?> members => members.Count > 0,
        _ => true,
    };

    /// <summary>Compares by content.</summary>
    public static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (List<object?> left, List<object?> right) => left.Count == right.Count && left.Zip(right).All(static pair => AreEqual(pair.First, pair.Second)),
        (OrderedDictionary<string, object?> left, OrderedDictionary<string, object?> right) =>
            left.Count == right.Count && left.All(member => right.TryGetValue(member.Key, out object? other) && AreEqual(member.Value, other)),
        _ => Equals(a, b),
    };

    private static OrderedDictionary<string, object?> Members(JsonElement value)
    {
        OrderedDictionary<string, object?> members = new(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            members[member.Name] = From(member.Value);
        }

        return members;
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case JmesNumber number:
                json.WriteRawValue(number.Text, skipInputValidation: true);
                break;
            case List<object?> list:
                json.WriteStartArray();
                list.ForEach(item => Write(json, item));
                json.WriteEndArray();
                break;
            case OrderedDictionary<string, object?> members:
                json.WriteStartObject();
                foreach ((string name, object? member) in members)
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
