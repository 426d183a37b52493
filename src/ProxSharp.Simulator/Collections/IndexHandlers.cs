using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Collections;

/// <summary>Answers the endpoints that only list what is below them.</summary>
internal sealed class IndexHandlers
{
    private readonly Dictionary<ApiEndpoint, ApiHandler> _handlers = new(ReferenceEqualityComparer.Instance);

    public IndexHandlers(ApiSchema schema)
    {
        Dictionary<string, SortedSet<string>> children = new(StringComparer.Ordinal);
        foreach (string path in schema.Endpoints.Select(static endpoint => endpoint.Path))
        {
            string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            string parent = "";
            foreach (string segment in segments)
            {
                string key = parent.Length == 0 ? "/" : parent;
                if (!children.TryGetValue(key, out SortedSet<string>? names))
                {
                    children[key] = names = new SortedSet<string>(StringComparer.Ordinal);
                }

                names.Add(segment);
                parent += "/" + segment;
            }
        }

        foreach (ApiEndpoint endpoint in schema.Endpoints.Where(static endpoint => endpoint.Method == ApiMethod.Get && endpoint.Transport == ApiTransportKind.Envelope))
        {
            if (children.TryGetValue(endpoint.Path, out SortedSet<string>? names) && !names.Any(static name => name.StartsWith('{')) && KeyOf(endpoint.Returns) is { } key)
            {
                _handlers[endpoint] = _ => ApiReply.Of(new JsonArray([.. names.Select(name => (JsonNode)new JsonObject { [key] = name })]));
            }
        }
    }

    public ApiHandler? Find(ApiEndpoint endpoint) => _handlers.GetValueOrDefault(endpoint);

    /// <summary>The member that names a child; null if the endpoint answers with data.</summary>
    private static string? KeyOf(ApiNode returns)
    {
        if (returns.Type is ApiValueType.Null or ApiValueType.Any && returns.Properties.Count == 0)
        {
            return "subdir";
        }

        if (returns.Type != ApiValueType.Array || returns.Items is not { Properties.Count: <= 1 } items)
        {
            return null;
        }

        return items.Properties.Keys.FirstOrDefault() ?? returns.Child?.Trim('{', '}') ?? "name";
    }
}
