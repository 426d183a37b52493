using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Calls;

/// <summary>Checks presence, type, bounds and enumerations.</summary>
internal sealed class BasicParameterCheck : IParameterCheck
{
    public IReadOnlyDictionary<string, string> Check(ApiEndpoint endpoint, Dictionary<string, JsonNode> parameters)
    {
        Dictionary<string, string> errors = new(StringComparer.Ordinal);
        foreach ((string name, ApiNode node) in endpoint.Parameters)
        {
            if (!node.IsOptional && !parameters.ContainsKey(name) && node.Indexes is null)
            {
                errors[name] = "property is missing and it is not optional";
            }
        }

        foreach ((string name, JsonNode value) in parameters)
        {
            ApiNode? node = Find(endpoint, name);
            if (node is null && !endpoint.AllowsExtraParameters)
            {
                errors[name] = "property is not defined in schema and the schema does not allow additional properties";
            }
            else if (node is not null && CheckValue(node, value) is { } error)
            {
                errors[name] = error;
            }
        }

        return errors;
    }

    private static ApiNode? Find(ApiEndpoint endpoint, string name)
    {
        if (endpoint.Parameters.TryGetValue(name, out ApiNode? node))
        {
            return node;
        }

        string stem = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return endpoint.Parameters.TryGetValue(stem + "[n]", out node)
            && int.TryParse(name.AsSpan(stem.Length), System.Globalization.CultureInfo.InvariantCulture, out int index)
            && node.Indexes?.Contains(index) != false ? node : null;
    }

    private static string? CheckValue(ApiNode node, JsonNode value)
    {
        string text = ApiCall.TextOf(value);
        if (value is JsonArray && node.Type is not (ApiValueType.Array or ApiValueType.String))
        {
            return $"type check ('{node.Type.ToString().ToLowerInvariant()}') failed - got ARRAY";
        }

        if (node.Type == ApiValueType.Integer && !long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            return $"type check ('integer') failed - got '{text}'";
        }

        if (node.Type == ApiValueType.Boolean && value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False) && text is not ("0" or "1"))
        {
            return $"type check ('boolean') failed - got '{text}'";
        }

        return node.Enumeration is { } allowed && node.Type == ApiValueType.String && !allowed.Contains(text)
            ? $"value '{text}' does not have a value in the enumeration '{string.Join(", ", allowed)}'"
            : null;
    }
}
