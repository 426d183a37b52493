using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp.Tools;

/// <summary>Holds arguments against the schema of a tool, before anything is done with them.</summary>
internal static class ToolArguments
{
    /// <exception cref="ToolException">An argument is unknown, missing, of another type, or all of them are too long.</exception>
    public static void Check(Tool tool, IDictionary<string, JsonElement>? arguments, int longest)
    {
        JsonElement properties = tool.InputSchema.GetProperty("properties");
        long length = 0;
        foreach ((string name, JsonElement value) in arguments ?? new Dictionary<string, JsonElement>())
        {
            length += name.Length + (value.ValueKind == JsonValueKind.Undefined ? 0 : value.GetRawText().Length);
            if (length > longest)
            {
                throw new ToolException("usage", $"The arguments are longer than {longest} characters.");
            }

            if (!properties.TryGetProperty(name, out JsonElement schema))
            {
                string known = string.Join(", ", properties.EnumerateObject().Select(static property => property.Name));
                throw new ToolException("usage", $"{tool.Name} has no argument '{Short(name)}'; there are: {known}.");
            }

            string type = schema.GetProperty("type").GetString()!;
            if (!Fits(type, value))
            {
                throw new ToolException("usage", $"The argument '{name}' must be of type {type}, and is {Kind(value)}.");
            }
        }

        if (!tool.InputSchema.TryGetProperty("required", out JsonElement required))
        {
            return;
        }

        foreach (string? name in required.EnumerateArray().Select(static word => word.GetString()))
        {
            if (arguments is null || !arguments.TryGetValue(name!, out JsonElement value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            {
                throw new ToolException("usage", $"The argument '{name}' is missing.");
            }
        }
    }

    // Programs write numbers as texts now and then, and that is no reason to refuse them.
    private static bool Fits(string type, JsonElement value) => value.ValueKind == JsonValueKind.Null || type switch
    {
        "string" => value.ValueKind is JsonValueKind.String or JsonValueKind.Number,
        "integer" => (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _))
            || (value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), out _)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => false,
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    private static string Short(string name) => name.Length > 60 ? name[..60] : name;
}
