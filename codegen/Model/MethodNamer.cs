using ProxSharp.Api;
using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Names the methods of a group.</summary>
internal sealed class MethodNamer
{
    private readonly NameTable _names;
    private readonly HashSet<string> _parents;

    /// <summary>Creates a namer for a schema.</summary>
    public MethodNamer(ApiSchema schema, NameTable names)
    {
        _names = names;
        _parents = [.. schema.Endpoints.Where(static endpoint => !ApiPath.EndsInPlaceholder(endpoint.Path)).Select(static endpoint => Parent(endpoint.Path))];
    }

    /// <summary>Returns the names of a group's endpoints; each is unique in its class, together with its twin that ends in Async.</summary>
    public IReadOnlyDictionary<ApiEndpoint, string> Assign(GroupModel group)
    {
        UniqueNames used = new([.. group.Children.Values.Select(static child => child.PropertyName), "Equals", "GetHashCode", "GetType", "ToString"]);
        Dictionary<ApiEndpoint, string> result = [];
        IEnumerable<ApiEndpoint> ordered = group.Endpoints
            .OrderByDescending(endpoint => _names.Operation(endpoint.ToString()) is not null)
            .ThenBy(static endpoint => ApiPath.Placeholders(endpoint.Path).Count())
            .ThenBy(static endpoint => endpoint.Path, StringComparer.Ordinal);
        foreach (ApiEndpoint endpoint in ordered)
        {
            string name = _names.Operation(endpoint.ToString()) ?? Name(group, endpoint);
            string? last = ApiPath.Placeholders(endpoint.Path).LastOrDefault();
            result[endpoint] = last is null ? used.Take(name) : used.Take(name, $"{name}By{_names.Words.Pascal(last)}");
        }

        return result;
    }

    private static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    private string Name(GroupModel group, ApiEndpoint endpoint)
    {
        string[] segments = [.. ApiPath.FixedSegments(endpoint.Path)];
        if (segments.Length == group.Segments.Count)
        {
            return OwnName(endpoint);
        }

        string segment = segments[^1];
        string pascal = _names.Words.Pascal(segment);
        return endpoint.Method switch
        {
            ApiMethod.Get when segment.StartsWith("get-", StringComparison.Ordinal) || segment.StartsWith("list-", StringComparison.Ordinal) => pascal,
            ApiMethod.Get when IsStream(endpoint) && _names.IsAction(segment) => pascal,
            ApiMethod.Get => (endpoint.Returns.Type == ApiValueType.Array ? "List" : "Get") + pascal,
            _ when _names.IsAction(segment) => pascal,
            ApiMethod.Post => "Create" + pascal,
            ApiMethod.Put => "Update" + pascal,
            _ => "Delete" + pascal,
        };
    }

    private string OwnName(ApiEndpoint endpoint) => endpoint.Method switch
    {
        ApiMethod.Get when IsIndex(endpoint) => "Index",
        ApiMethod.Get when endpoint.Returns.Type == ApiValueType.Array => "List",
        ApiMethod.Get => "Get",
        ApiMethod.Post => "Create",
        ApiMethod.Put => "Update",
        _ => "Delete",
    };

    private static bool IsStream(ApiEndpoint endpoint) => endpoint.Transport == ApiTransportKind.Download;

    /// <summary>An index lists the paths right below its own.</summary>
    private bool IsIndex(ApiEndpoint endpoint) =>
        _parents.Contains(endpoint.Path) && endpoint.Returns.Type is ApiValueType.Array or ApiValueType.Null;
}
