using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp.Tools;

/// <summary>Holds arguments against the schema of a tool, before anything is done with them.</summary>
internal static class ToolArguments
{
    /// <exception cref="ToolException">An argument is unknown, missing, of another type, or all of them are too long.</exception>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="longest">How many characters they may have.</param>
    /// <param name="onlyContext">The name of the context if it is the only one: then it needs no argument, and may have one.</param>
    public static void Check(Tool tool, IDictionary<string, JsonElement>? arguments, int longest, string? onlyContext = null)
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
                if (name == "context" && onlyContext is not null)
                {
                    CheckContext(value, onlyContext);
                    continue;
                }

                string known = string.Join(", ", properties.EnumerateObject().Select(static property => property.Name));
                throw new ToolException("usage", $"{tool.Name} has no argument '{Short(name)}'; there are: {known}.");
            }

            string type = schema.GetProperty("type").GetString()!;
            if (!Fits(type, value))
            {
                throw new ToolException("usage", $"The argument '{name}' must be of type {type}, and is {Kind(value)}.");
            }
        }

        CheckRequired(tool, arguments);
    }

    private static void CheckRequired(Tool tool, IDictionary<string, JsonElement>? arguments)
    {
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

    private static void CheckContext(JsonElement value, string only)
    {
        if (value.ValueKind != JsonValueKind.Null && (value.ValueKind != JsonValueKind.String || value.GetString() != only))
        {
            throw new ToolException("usage", $"There is no context '{Short(value.ToString())}'; there is: {only}.");
        }
    }

    // Programs write numbers as texts now and then, and that is no reason to refuse them.
    private static bool Fits(string type, JsonElement value) => value.ValueKind == JsonValueKind.Null || type switch
    {
        "string" => value.ValueKind is JsonValueKind.String or JsonValueKind.Number,
        "integer" => (value.ValueKind == JsonValueKind.Number && ToolCall.Whole(value) is not null)
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
