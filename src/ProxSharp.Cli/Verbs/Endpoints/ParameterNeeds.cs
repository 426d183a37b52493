using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// Tells which parameters of a call everybody has to give, and which belong to some kinds of objects only. What a kind takes is chosen by the value of
/// another parameter, such as <c>type</c>. Pure.
/// </summary>
internal static class ParameterNeeds
{
    /// <summary>Returns the parameters of all kinds by their names, with the one that chooses the kind.</summary>
    public static IReadOnlyDictionary<string, ApiNode> All(ApiEndpoint endpoint)
    {
        OrderedDictionary<string, ApiNode> all = new(endpoint.Parameters, StringComparer.Ordinal);
        if (endpoint.Variants is not { } variants)
        {
            return all;
        }

        all.TryAdd(variants.By, new ApiNode
        {
            Type = ApiValueType.String,
            Enumeration = [.. variants.Parameters.Keys],
            IsOptional = endpoint.Method != ApiMethod.Post,
        });
        foreach ((string name, ApiNode node) in variants.Parameters.Values.SelectMany(static set => set))
        {
            all.TryAdd(name, node);
        }

        return all;
    }

    /// <summary>Returns the parameters that are needed to make an object of the first kind, by their names.</summary>
    public static IEnumerable<KeyValuePair<string, ApiNode>> OfFirstKind(ApiEndpoint endpoint)
    {
        IReadOnlyDictionary<string, ApiNode>? first = endpoint.Variants?.Parameters.Values.FirstOrDefault();
        return All(endpoint).Where(parameter => IsRequired(endpoint, parameter.Key, parameter.Value)
            || (first is not null && first.TryGetValue(parameter.Key, out ApiNode? own) && !own.IsOptional));
    }

    /// <summary>Tells whether a parameter is needed whatever the others are.</summary>
    public static bool IsRequired(ApiEndpoint endpoint, string name, ApiNode node)
    {
        if (node.IsOptional || node.IsPathParameter || node.When is not null)
        {
            return false;
        }

        return node.AlternativesBy is { } by
            ? node.Alternatives.All(static form => !form.Node.IsOptional)
                && endpoint.Parameters.GetValueOrDefault(by)?.Enumeration is { } values
                && values.All(value => node.Alternatives.Any(form => form.Values.Contains(value)))
            : Kinds(endpoint, name) is not { } kinds
                || (kinds.Count == endpoint.Variants!.Parameters.Count && kinds.All(kind => !endpoint.Variants.Parameters[kind][name].IsOptional));
    }

    /// <summary>Says which kinds a parameter belongs to; null if it belongs to all, or if the schema says it of the parameter itself.</summary>
    public static string? Condition(ApiEndpoint endpoint, string name, ApiNode node)
    {
        if (node.AlternativesBy is { } by)
        {
            string[] values = [.. node.Alternatives.SelectMany(static form => form.Values)];
            bool isAll = endpoint.Parameters.GetValueOrDefault(by)?.Enumeration is { } all && all.All(values.Contains);
            return isAll || values.Length == 0 ? null : $"only if {by} is {string.Join(" or ", values)}";
        }

        if (Kinds(endpoint, name) is not { } kinds || kinds.Count == endpoint.Variants!.Parameters.Count)
        {
            return null;
        }

        string needed = kinds.All(kind => !endpoint.Variants.Parameters[kind][name].IsOptional) ? ", and required then" : "";
        return $"only if {endpoint.Variants.By} is {string.Join(" or ", kinds)}{needed}";
    }

    // The kinds that take a parameter; null if it does not depend on a kind.
    private static List<string>? Kinds(ApiEndpoint endpoint, string name) =>
        endpoint.Variants is not { } variants || endpoint.Parameters.ContainsKey(name) || name == variants.By
            ? null
            : [.. variants.Parameters.Where(set => set.Value.ContainsKey(name)).Select(static set => set.Key)];
}
