using System.Text;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Shapes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Makes a valid call of any endpoint: values for the path and for every required parameter.</summary>
internal sealed class EndpointArguments
{
    private readonly ShapeValues _values;
    private readonly IReadOnlyDictionary<string, string> _known;

    public EndpointArguments(ApiSchema schema, IReadOnlyDictionary<string, string> known) => (_values, _known) = (new ShapeValues(schema), known);

    /// <summary>The path with values in the place of its parameters; a template may have values of its own.</summary>
    public string Path(ApiEndpoint endpoint)
    {
        StringBuilder path = new();
        foreach (string segment in endpoint.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path.Append('/').Append(segment.StartsWith('{') ? Uri.EscapeDataString(Value(endpoint, segment[1..^1])) : segment);
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    /// <summary>The parameters besides those of the path: all required ones.</summary>
    public List<(string Name, string Value)> Parameters(ApiEndpoint endpoint)
    {
        List<(string, string)> parameters = [];
        string? variant = endpoint.Variants?.Parameters.Keys.First();
        foreach ((string name, ApiNode node) in endpoint.Parameters)
        {
            bool wanted = !node.IsOptional && !IsInPath(endpoint, name) && !name.EndsWith("[n]", StringComparison.Ordinal) && node.When is null;
            if (name == endpoint.Variants?.By)
            {
                parameters.Add((name, variant!));
            }
            else if (wanted && node.Alternatives.Count > 0)
            {
                AddAlternative(endpoint, name, node, parameters);
            }
            else if (wanted)
            {
                parameters.Add((name, Value(endpoint, name)));
            }
        }

        if (endpoint.Variants is { } variants)
        {
            if (!endpoint.Parameters.ContainsKey(variants.By))
            {
                parameters.Add((variants.By, variant!));
            }

            parameters.AddRange(variants.Parameters[variant!].Where(static entry => !entry.Value.IsOptional).Select(entry => (entry.Key, _values.Text(entry.Value, entry.Key))));
        }

        string key = $"{endpoint.Method.ToVerb()} {endpoint.Path} +";
        if (_known.GetValueOrDefault(key) is { } extra)
        {
            parameters.AddRange(extra.Split('&').Select(static pair => (pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..])));
        }

        return parameters;
    }

    private void AddAlternative(ApiEndpoint endpoint, string name, ApiNode node, List<(string, string)> parameters)
    {
        string? choice = node.AlternativesBy is { } by && endpoint.Parameters.ContainsKey(by) ? Value(endpoint, by) : null;
        if (node.Alternatives.FirstOrDefault(alternative => choice is not null && alternative.Values.Contains(choice)) is { Node: { IsOptional: false } chosen })
        {
            parameters.Add((name, _known.GetValueOrDefault($"{endpoint.Method.ToVerb()} {endpoint.Path} {name}") ?? _values.Text(chosen, name)));
        }
    }

    public string Value(ApiEndpoint endpoint, string name)
    {
        foreach (string key in (string[])[$"{endpoint.Method.ToVerb()} {endpoint.Path} {name}", $"{endpoint.Path} {name}", $"{Prefix(endpoint.Path)} {name}", name])
        {
            if (_known.TryGetValue(key, out string? value))
            {
                return value;
            }
        }

        return endpoint.Parameters.TryGetValue(name, out ApiNode? node) ? _values.Text(node, name) : "sample";
    }

    public static bool IsInPath(ApiEndpoint endpoint, string name) => endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal);

    private static string Prefix(string path) => path.Contains("/lxc", StringComparison.Ordinal) ? "lxc" : path.Contains("/qemu", StringComparison.Ordinal) ? "qemu" : "";
}
