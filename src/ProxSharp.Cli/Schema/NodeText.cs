using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Schema;

/// <summary>Says in words what a parameter or a member of a result looks like.</summary>
internal static class NodeText
{
    private const int MostAllowedValues = 24;
    private const int MostKeys = 8;

    /// <summary>Returns the type as people say it, for example <c>integer</c>, <c>list of string</c>, <c>property string</c>.</summary>
    public static string Type(ApiNode node) => node switch
    {
        { PropertyStringFormat: not null } => "property string",
        { Alias: not null, Type: ApiValueType.Any } => "alias",
        { Type: ApiValueType.Array, Items: { } items } => $"list of {Type(items)}",
        { Type: ApiValueType.Array } => "list",
        _ => Name(node.Type),
    };

    /// <summary>Returns the type's name on the wire.</summary>
    public static string Name(ApiValueType type) => type.ToString().ToLowerInvariant();

    /// <summary>Returns the facts beyond the type: format, bounds, allowed values, default.</summary>
    public static string Facts(ApiNode node, ApiSchema schema)
    {
        List<string> facts = [];
        Add(facts, node.Format is { } format && node.PropertyStringFormat is null ? format : null);
        Add(facts, Range(node.Minimum, node.Maximum));
        string counted = node.Type == ApiValueType.Array ? "items" : "characters";
        Add(facts, Range(node.MinimumLength, node.MaximumLength) is { } length ? $"{length} {counted}" : null);
        Add(facts, node.Indexes is { } indexes ? $"n = {indexes}" : null);
        Add(facts, Allowed(node));
        Add(facts, node.Pattern is { } pattern && node.Enumeration is null ? $"matches {pattern}" : null);
        Add(facts, Keys(node, schema));
        Add(facts, node.Default is { } value ? $"default {(value.Length == 0 ? "\"\"" : value)}" : node.HasDynamicDefault ? "default set by the server" : null);
        Add(facts, node.Requires is { } other ? $"needs {other}" : null);
        IEnumerable<string>? conditions = node.When?.Select(static item => $"{item.Key} is {string.Join(" or ", item.Value)}");
        Add(facts, conditions is not null ? $"only if {string.Join(" and ", conditions)}" : null);
        Add(facts, (node.Alias, node.KeyAlias) switch
        {
            ({ } alias, { } key) => $"short for {key}=(this key), {alias}=(its value)",
            ({ } alias, null) => $"another name of {alias}",
            _ => null,
        });
        Add(facts, node.IsDefaultKey ? "its name may be left out" : null);
        return string.Join("; ", facts);
    }

    /// <summary>Returns the keys of a property string; null for other values.</summary>
    public static IReadOnlyDictionary<string, ApiNode>? PropertyStringKeys(ApiNode node, ApiSchema schema) =>
        node.PropertyStringFormat is { } key && schema.Formats.TryGetValue(key, out ApiNode? format) && format.Properties.Count > 0
            ? format.Properties
            : node.PropertyStringFormat is not null && node.Properties.Count > 0 ? node.Properties : null;

    private static void Add(List<string> facts, string? fact)
    {
        if (fact is not null)
        {
            facts.Add(fact);
        }
    }

    private static string? Range(double? low, double? high) => (low, high) switch
    {
        ({ } from, { } to) => string.Create(CultureInfo.InvariantCulture, $"{from:0.####}..{to:0.####}"),
        ({ } from, null) => string.Create(CultureInfo.InvariantCulture, $"{from:0.####} or more"),
        (null, { } to) => string.Create(CultureInfo.InvariantCulture, $"at most {to:0.####}"),
        _ => null,
    };

    private static string? Allowed(ApiNode node)
    {
        IReadOnlyList<string>? values = node.Enumeration ?? node.Items?.Enumeration;
        return values switch
        {
            null => null,
            { Count: > MostAllowedValues } => string.Create(
                CultureInfo.InvariantCulture, $"{string.Join(" | ", values.Take(MostAllowedValues))} | and {values.Count - MostAllowedValues} more"),
            _ => string.Join(" | ", values),
        };
    }

    private static string? Keys(ApiNode node, ApiSchema schema)
    {
        if (PropertyStringKeys(node, schema) is not { } keys)
        {
            return null;
        }

        string[] names = [.. keys.Where(static key => key.Value.Alias is null).Select(static key => key.Key)];
        string shown = string.Join(", ", names.Take(MostKeys));
        return names.Length > MostKeys
            ? string.Create(CultureInfo.InvariantCulture, $"keys {shown} and {names.Length - MostKeys} more")
            : $"keys {shown}";
    }
}
