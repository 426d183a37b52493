using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Mcp.Tools;

/// <summary>What is known of the parameters of an endpoint, in few words. Of those that are asked for by name the keys are told as well.</summary>
internal static class ParameterFacts
{
    /// <summary>Describes the parameters.</summary>
    /// <param name="schema">The schema that the endpoint belongs to.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="wanted">The names, as the schema has them (<c>net[n]</c>) or as they travel (<c>net0</c>); empty for all.</param>
    /// <exception cref="ToolException">There is no such parameter.</exception>
    public static JsonObject Of(ApiSchema schema, ApiEndpoint endpoint, IReadOnlyCollection<string> wanted)
    {
        MemberTable table = new(endpoint.Parameters);
        JsonObject facts = [];
        if (wanted.Count == 0)
        {
            for (int i = 0; i < table.Names.Length; i++)
            {
                facts[table.Names[i]] = Describe(table.Nodes[i]);
            }

            return facts;
        }

        foreach (string name in wanted)
        {
            int place = Array.IndexOf(table.Names, name) is >= 0 and var declared ? declared : table.Find(name);
            if (place < 0)
            {
                throw new ToolException("usage", $"{endpoint} has no parameter '{name}'. There are: {string.Join(", ", table.Names)}.");
            }

            facts[table.Names[place]] = Describe(table.Nodes[place]) + Keys(schema, table.Nodes[place]);
        }

        return facts;
    }

    private static string Keys(ApiSchema schema, ApiNode node)
    {
        IReadOnlyDictionary<string, ApiNode> keys =
            node.PropertyStringFormat is { } name && schema.Formats.TryGetValue(name, out ApiNode? format) ? format.Properties : node.Properties;
        return node.PropertyStringFormat is null || keys.Count == 0
            ? ""
            : $". Keys: {string.Join("; ", keys.Where(static key => key.Value.Alias is null).Select(static key => $"{key.Key} ({Describe(key.Value)})"))}";
    }

    private static string Describe(ApiNode node)
    {
        string kind = (node.PropertyStringFormat is null ? node.Type.ToString() : "key=value list").ToLowerInvariant();
        IEnumerable<string?> facts =
        [
            kind,
            node.IsOptional ? null : "required",
            node.Enumeration is { Count: > 0 and <= 20 } words ? string.Join('|', words) : null,
            node.Minimum is { } least ? string.Create(CultureInfo.InvariantCulture, $">={least}") : null,
            node.Maximum is { } most ? string.Create(CultureInfo.InvariantCulture, $"<={most}") : null,
            node.Default is { Length: > 0 and <= 40 } usual ? $"default {usual}" : null,
        ];
        return string.Join(", ", facts.OfType<string>());
    }
}
