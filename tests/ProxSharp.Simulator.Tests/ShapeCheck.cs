using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Tests;

/// <summary>Compares a value with a node of the schema; as forgiving about number and boolean spellings as the real servers require.</summary>
internal static class ShapeCheck
{
    /// <summary>Returns what does not fit; null if everything does.</summary>
    public static string? Compare(ApiNode node, JsonNode? value, string path = "data")
    {
        if (value is null)
        {
            return node.Type is ApiValueType.Null or ApiValueType.Any || node.IsOptional ? null : $"{path} is null, {node.Type} expected";
        }

        if (node.Alternatives.Count > 0)
        {
            string?[] failures = [.. node.Alternatives.Select(alternative => Compare(alternative.Node, value, path))];
            return failures.Contains(null) ? null : failures[0];
        }

        JsonValueKind kind = value.GetValueKind();
        bool fits = node.Type switch
        {
            ApiValueType.Integer => IsNumber(value, kind, integer: true),
            ApiValueType.Number => IsNumber(value, kind, integer: false),
            ApiValueType.Boolean => kind is JsonValueKind.True or JsonValueKind.False || value.ToString() is "0" or "1" or "",
            ApiValueType.String => kind is JsonValueKind.String or JsonValueKind.Number,
            ApiValueType.Array => kind == JsonValueKind.Array,
            ApiValueType.Object => kind == JsonValueKind.Object,
            _ => true,
        };
        if (!fits)
        {
            return $"{path} is {kind} {value.ToJsonString()}, {node.Type} expected";
        }

        return value switch
        {
            JsonArray array when node.Items is { } items => array.Select((item, index) => IsGap(items, item) ? null : Compare(items, item, $"{path}[{index}]")).FirstOrDefault(static failure => failure is not null),
            JsonObject members => Members(node, members, path),
            _ => null,
        };
    }

    // A series of measurements has gaps.
    private static bool IsGap(ApiNode node, JsonNode? value) => value is null && node.Type == ApiValueType.Number;

    private static string? Members(ApiNode node, JsonObject members, string path)
    {
        foreach ((string name, ApiNode child) in node.Properties)
        {
            if (!members.ContainsKey(name) && !child.IsOptional && child.When is null && !name.EndsWith("[n]", StringComparison.Ordinal))
            {
                return $"{path}.{name} is missing";
            }
        }

        foreach ((string name, JsonNode? value) in members)
        {
            if (node.Properties.TryGetValue(name, out ApiNode? child) && Compare(child, value, $"{path}.{name}") is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private static bool IsNumber(JsonNode value, JsonValueKind kind, bool integer) => kind switch
    {
        JsonValueKind.Number => !integer || long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out _),
        JsonValueKind.String => double.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out _),
        _ => false,
    };
}
