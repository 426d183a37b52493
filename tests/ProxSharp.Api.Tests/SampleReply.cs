using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

/// <summary>Makes replies from the schema.</summary>
internal static class SampleReply
{
    public const string UnknownMember = "x-not-in-the-schema";

    /// <summary>The smallest reply of a type.</summary>
    public static string Minimal(ApiNode node) => node.Type switch
    {
        ApiValueType.Object => "{}",
        ApiValueType.Array => "[]",
        _ => "null",
    };

    /// <summary>A reply with every declared member.</summary>
    /// <param name="node">The declared shape.</param>
    /// <param name="asText">Writes numbers and booleans as strings, as Perl may.</param>
    public static JsonNode? Full(ApiNode node, bool asText)
    {
        if (node.Alternatives.Count > 0)
        {
            return new JsonArray(Samples.PropertyText);
        }

        return node.Type switch
        {
            ApiValueType.Boolean => asText ? "1" : true,
            ApiValueType.Integer => asText ? "1234" : Samples.Number,
            ApiValueType.Number => asText ? "0.25" : Samples.Fraction,
            ApiValueType.String => Text(node),
            ApiValueType.Array => new JsonArray(Item(node, asText), Item(node, asText)),
            ApiValueType.Object => Members(node, asText),
            _ => new JsonObject { ["any"] = asText ? "1" : 1 },
        };
    }

    /// <summary>The text of a text node.</summary>
    public static string Text(ApiNode node) => node.Enumeration is [_, ..] values ? values[^1] : Samples.PropertyText;

    private static JsonNode? Item(ApiNode node, bool asText) => node.Items is { } item ? Full(item, asText) : new JsonObject { ["any"] = 1 };

    private static JsonObject Members(ApiNode node, bool asText)
    {
        JsonObject members = [];
        foreach ((string name, ApiNode member) in node.Properties)
        {
            if (name.EndsWith("[n]", StringComparison.Ordinal))
            {
                members[name[..^3] + "0"] = Full(member, asText);
                members[name[..^3] + "17"] = Full(member, asText);
            }
            else
            {
                members[name] = Full(member, asText);
            }
        }

        if (node.Properties.Count == 0)
        {
            members["first"] = node.Extra is { } extra ? Full(extra, asText) : 1;
            members["second"] = node.Extra is { } other ? Full(other, asText) : 1;
        }

        return members;
    }
}
