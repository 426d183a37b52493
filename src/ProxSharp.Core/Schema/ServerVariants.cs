using System.Text.Json;

namespace ProxSharp.Schema;

/// <summary>Parameter lists that a server composes of a common part and one part for each value of a choosing parameter.</summary>
internal static class ServerVariants
{
    /// <summary>Reads the parameters that every call takes.</summary>
    public static OrderedDictionary<string, ApiNode> ReadCommon(
        JsonElement parameters, ServerNodeReader nodes, string place, IReadOnlyDictionary<string, ApiNode>? known)
    {
        OrderedDictionary<string, ApiNode> common = nodes.ReadProperties(LooseJson.Member(parameters, "properties"), place, known);
        foreach (JsonElement part in LooseJson.Items(LooseJson.Member(parameters, "allOf")))
        {
            foreach ((string name, ApiNode node) in nodes.ReadProperties(LooseJson.Member(part, "properties"), place, known))
            {
                common.TryAdd(name, node);
            }
        }

        return common;
    }

    /// <summary>Reads the parts of which one is chosen; null if there are none.</summary>
    public static ApiVariants? Read(JsonElement parameters, ServerNodeReader nodes, string place, IReadOnlyDictionary<string, ApiNode>? known)
    {
        foreach (JsonElement part in LooseJson.Items(LooseJson.Member(parameters, "allOf")).Prepend(parameters))
        {
            JsonElement oneOf = LooseJson.Member(part, "oneOf");
            if (LooseJson.Text(part, "type-property") is { } chooser && oneOf.ValueKind == JsonValueKind.Array)
            {
                return new ApiVariants(chooser, ReadSets(oneOf, nodes, place, known));
            }
        }

        return null;
    }

    /// <summary>Returns the node as a required segment of the path.</summary>
    public static ApiNode AsPathParameter(ApiNode node) => new()
    {
        Type = node.Type,
        IsPathParameter = true,
        Format = node.Format,
        PropertyStringFormat = node.PropertyStringFormat,
        Minimum = node.Minimum,
        Maximum = node.Maximum,
        MinimumLength = node.MinimumLength,
        MaximumLength = node.MaximumLength,
        Pattern = node.Pattern,
        Enumeration = node.Enumeration,
        Default = node.Default,
        Syntax = node.Syntax,
        Description = node.Description,
    };

    private static OrderedDictionary<string, IReadOnlyDictionary<string, ApiNode>> ReadSets(
        JsonElement oneOf, ServerNodeReader nodes, string place, IReadOnlyDictionary<string, ApiNode>? known)
    {
        OrderedDictionary<string, IReadOnlyDictionary<string, ApiNode>> sets = new(StringComparer.Ordinal);
        foreach (JsonElement variant in LooseJson.Items(oneOf))
        {
            foreach (string value in LooseJson.Texts(LooseJson.Member(variant, "instance-types")))
            {
                sets[value] = nodes.ReadProperties(LooseJson.Member(variant, "properties"), $"{place} {value}", known);
            }
        }

        return sets;
    }
}
