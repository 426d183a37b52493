using ProxSharp.Api;
using ProxSharp.Json;
using ProxSharp.Schema;

namespace ProxSharp.Http;

/// <summary>Turns a concrete path and loose parameters into an operation.</summary>
internal static class RawPath
{
    private const string Root = "/api2/json";

    /// <summary>Finds the endpoint behind a path; a path that the schema does not know becomes an operation of its own.</summary>
    /// <exception cref="ArgumentException">The path has a query, a fragment or a step upwards.</exception>
    public static (ApiOperation Operation, ApiParameters Parameters) Resolve(ApiSchema schema, ApiMethod method, string path, ApiParameters? parameters)
    {
        string clean = Clean(path);
        if (!schema.TryMatch(method, clean, out ApiMatch? match))
        {
            return (ApiOperation.Literal(method, clean), parameters ?? []);
        }

        ApiParameters all = new(match.PathValues.Count + (parameters?.Count ?? 0));
        foreach ((string name, string value) in match.PathValues)
        {
            all.Add(name, value);
        }

        ApiOperation operation = match.Endpoint.Operation;
        OperationBinding binding = operation.Bind(schema);
        foreach (ApiParameter parameter in parameters ?? [])
        {
            AddUnlessInPath(all, parameter, match, binding.Node(parameter.Name));
        }

        return (operation, all);
    }

    private static void AddUnlessInPath(ApiParameters all, ApiParameter parameter, ApiMatch match, ApiNode? node)
    {
        if (match.PathValues.TryGetValue(parameter.Name, out string? inPath))
        {
            if (inPath != parameter.Text)
            {
                throw new ArgumentException($"'{parameter.Name}' is '{inPath}' in the path and '{parameter.Text}' in the parameters.", nameof(parameter));
            }

            return;
        }

        // Callers of the raw API often have text only: "true" and "yes" are fine for a declared boolean, although servers differ.
        bool isBoolean = node?.Type == ApiValueType.Boolean && parameter is { Kind: ApiParameterKind.Text, IsListItem: false };
        if (isBoolean && parameter.Text.Length > 0 && WireBoolean.Parse(parameter.Text) is { } value)
        {
            all.Add(parameter.Name, value);
        }
        else
        {
            all.Add(parameter);
        }
    }

    private static string Clean(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int mark = path.AsSpan().IndexOfAny('?', '#');
        if (mark >= 0)
        {
            string what = path[mark] == '?' ? "a query; pass parameters separately" : "a fragment";
            throw new ArgumentException(
                $"The path '{path}' has {what}. A '{path[mark]}' that belongs to an id is written {(path[mark] == '?' ? "%3F" : "%23")}.", nameof(path));
        }

        string clean = path.StartsWith('/') ? path : $"/{path}";
        if (clean.StartsWith(Root + "/", StringComparison.Ordinal))
        {
            clean = clean[Root.Length..];
        }

        foreach (string segment in clean.Split('/'))
        {
            if (segment is "." or ".." || Uri.UnescapeDataString(segment) is "." or "..")
            {
                throw new ArgumentException($"The path '{path}' has a step '{segment}': name the object itself.", nameof(path));
            }
        }

        return clean;
    }
}
