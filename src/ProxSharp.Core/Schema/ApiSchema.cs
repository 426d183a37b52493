using System.Diagnostics.CodeAnalysis;
using ProxSharp.Api;

namespace ProxSharp.Schema;

/// <summary>
/// The facts of one product's API: every endpoint with its parameters, result and privileges. An instance is immutable and
/// safe for concurrent use; endpoints are built when they are first looked at.
/// </summary>
public sealed class ApiSchema
{
    private readonly Dictionary<(ApiMethod Method, string Path), ApiEndpoint> _byTemplate;
    private readonly Lazy<ApiPathTree> _paths;
    private readonly Lazy<IReadOnlyDictionary<string, ApiNode>> _formats;

    internal ApiSchema(
        ProxmoxProduct product,
        string version,
        bool isFromServer,
        IReadOnlyList<ApiEndpoint> endpoints,
        Func<IReadOnlyDictionary<string, ApiNode>> formats)
    {
        Product = product;
        Version = version;
        IsFromServer = isFromServer;
        Endpoints = endpoints;
        _formats = new Lazy<IReadOnlyDictionary<string, ApiNode>>(formats);
        _byTemplate = endpoints.ToDictionary(static endpoint => (endpoint.Method, endpoint.Path));
        _paths = new Lazy<ApiPathTree>(() => new ApiPathTree(endpoints));
    }

    /// <summary>The product the schema belongs to.</summary>
    public ProxmoxProduct Product { get; }

    /// <summary>The version of the server the schema was taken from, for example <c>9.2.11</c>.</summary>
    public string Version { get; }

    /// <summary>True if the schema was read from a running server; false for the facts that ship with the library.</summary>
    public bool IsFromServer { get; }

    /// <summary>All endpoints, ordered by path and verb.</summary>
    public IReadOnlyList<ApiEndpoint> Endpoints { get; }

    /// <summary>The property-string formats (<c>key=value,key=value</c>) by key; each node's properties are the keys of the string.</summary>
    public IReadOnlyDictionary<string, ApiNode> Formats => _formats.Value;

    /// <summary>Finds an endpoint by its path template, for example <c>/nodes/{node}/qemu</c>.</summary>
    /// <returns>Null if the schema has no such endpoint.</returns>
    public ApiEndpoint? Find(ApiMethod method, string template) => _byTemplate.GetValueOrDefault((method, template));

    /// <summary>Finds the endpoint that a concrete path such as <c>/nodes/pve1/qemu/100</c> addresses.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path below the API root; its segments may be percent-encoded.</param>
    /// <param name="match">The endpoint and the decoded values of its path parameters.</param>
    public bool TryMatch(ApiMethod method, string path, [NotNullWhen(true)] out ApiMatch? match)
    {
        ArgumentNullException.ThrowIfNull(path);
        match = _paths.Value.Match(method, path);
        return match is not null;
    }

    /// <summary>Lists the verbs that exist for a concrete path; empty if the path does not exist at all.</summary>
    public IReadOnlyList<ApiMethod> MethodsFor(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        List<ApiMethod> methods = [.. Enum.GetValues<ApiMethod>()];
        methods.RemoveAll(method => _paths.Value.Match(method, path) is null);
        return methods;
    }
}
