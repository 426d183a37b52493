using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Api;

namespace ProxSharp.Mcp.Tools;

/// <summary>A call of a tool with its arguments.</summary>
internal sealed class ToolCall(RequestContext<CallToolRequestParams> context)
{
    public RequestContext<CallToolRequestParams> Context { get; } = context;

    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw new ToolException("usage", $"The argument '{name}' is missing.");

    public string? Text(string name) => Find(name) is { } value ? TextOf(value) : null;

    public int Number(string name, int otherwise, int most, int least = 0)
    {
        if (Find(name) is not { } value)
        {
            return otherwise;
        }

        return int.TryParse(TextOf(value), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? Math.Min(number, most)
            : throw new ToolException("usage", $"The argument '{name}' must be a whole number of {least} or more.");
    }

    /// <summary>The number that is meant, where it is a whole one: some programs write 104.0.</summary>
    public static long? Whole(JsonElement value) => value.TryGetInt64(out long whole) ? whole
        : value.TryGetDouble(out double number) && Math.Abs(number) < 1e15 && Math.Floor(number).Equals(number) ? (long)number
        : null;

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && Whole(value) is { } whole ? whole.ToString(CultureInfo.InvariantCulture) : value.ToString();

    public bool Has(string name) => Find(name) is not null;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public string[] Words(string name) => Text(name)?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];

    public JsonElement? Find(string name) =>
        Context.Params?.Arguments is { } arguments && arguments.TryGetValue(name, out JsonElement value)
        && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value
            : null;

    /// <summary>Reads parameters of an API call from an object.</summary>
    /// <param name="value">The object; null for none.</param>
    /// <param name="takesNull">True to leave out members that are null; false to refuse them, and empty lists, because they could be meant to remove something.</param>
    public static ApiParameters? Parameters(JsonElement? value, bool takesNull = true)
    {
        if (value is not { } found)
        {
            return null;
        }

        if (found.ValueKind != JsonValueKind.Object)
        {
            throw new ToolException("usage", "Parameters are an object with a member for each.");
        }

        ApiParameters parameters = [];
        foreach (JsonProperty member in found.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.True or JsonValueKind.False:
                    parameters.Add(member.Name, member.Value.GetBoolean());
                    break;
                case JsonValueKind.Array when member.Value.GetArrayLength() == 0 && !takesNull:
                case JsonValueKind.Null when !takesNull:
                    throw new ToolException("usage", Empty(member));
                case JsonValueKind.Array:
                    parameters.AddList(member.Name, member.Value.EnumerateArray().Select(static item => item.ToString()));
                    break;
                case JsonValueKind.Null:
                    break;
                default:
                    parameters.Add(member.Name, TextOf(member.Value));
                    break;
            }
        }

        return parameters;
    }

    private static string Empty(JsonProperty member) =>
        $"The parameter '{member.Name}' is {(member.Value.ValueKind == JsonValueKind.Null ? "null" : "an empty list")}, which says nothing. To remove a setting, "
        + $"many calls take delete: \"{member.Name}\"; else leave it out.";
}
