using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A server that answers every call of the schema with what the schema declares, and nothing else. It changes nothing, so that any order gives the same.</summary>
internal sealed class SchemaServer : IAsyncDisposable
{
    private const string Content = "what is in the file\n";

    // What the tool looks at to find nodes, guests and storages.
    private const string Resources =
        """
        [{"type":"node","id":"node/pve1","node":"pve1","status":"online"},
         {"type":"node","id":"node/pve2","node":"pve2","status":"online"},
         {"type":"qemu","id":"qemu/100","vmid":100,"name":"web-1","node":"pve1","status":"running","template":0,"tags":"web"},
         {"type":"lxc","id":"lxc/200","vmid":200,"name":"dns","node":"pve1","status":"running","template":0,"tags":"net"},
         {"type":"storage","id":"storage/pve1/local","storage":"local","node":"pve1","status":"available","shared":0,"plugintype":"dir","content":"iso,backup"}]
        """;

    private readonly ConcurrentQueue<SchemaCall> _calls = new();
    private readonly ApiSchema _schema;
    private readonly SchemaValues _values;
    private readonly StubServer _server;

    public SchemaServer(ProxmoxProduct product)
    {
        _schema = SchemaSource.Embedded(product);
        _values = new SchemaValues(product);
        _server = StubServer.Start(Answer);
    }

    /// <summary>Its address.</summary>
    public string Url => $"https://127.0.0.1:{_server.Port}";

    /// <summary>The fingerprint of its certificate.</summary>
    public string Fingerprint => _server.Fingerprint;

    /// <summary>The status and the text with which it refuses every call but those that look for nodes and guests; null for none.</summary>
    public (int Status, string Text)? Refusal { get; set; }

    /// <summary>Returns the calls since the last time, and forgets them.</summary>
    public IReadOnlyList<SchemaCall> Take()
    {
        List<SchemaCall> taken = [];
        while (_calls.TryDequeue(out SchemaCall? call))
        {
            taken.Add(call);
        }

        return taken;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private StubReply Answer(StubRequest request)
    {
        string path = request.Target.Split('?')[0]["/api2/json".Length..];
        ApiMethod method = Enum.Parse<ApiMethod>(request.Method, ignoreCase: true);
        if (!_schema.TryMatch(method, path, out ApiMatch? match))
        {
            return StubReply.Json("""{"data":null}""", 501, "no such call in the schema");
        }

        if (Refusal is { } refusal && match.Endpoint.Path != "/cluster/resources")
        {
            _calls.Enqueue(new SchemaCall(match.Endpoint, request, null));
            return StubReply.Json(new JsonObject { ["data"] = null, ["message"] = refusal.Text }.ToJsonString(), refusal.Status, refusal.Text);
        }

        if (match.Endpoint.Transport == ApiTransportKind.Download)
        {
            _calls.Enqueue(new SchemaCall(match.Endpoint, request, null));
            return StubReply.Http(200, "OK", Content, "Content-Type: application/octet-stream");
        }

        JsonNode? data = Data(match.Endpoint, request);
        _calls.Enqueue(new SchemaCall(match.Endpoint, request, data?.DeepClone()));
        return StubReply.Json(new JsonObject { ["data"] = data }.ToJsonString());
    }

    private JsonNode? Data(ApiEndpoint endpoint, StubRequest request) => endpoint.ToString() switch
    {
        "GET /cluster/resources" => Found(request),
        "GET /nodes/{node}/tasks/{upid}/status" => new JsonObject { ["upid"] = _values.Task, ["node"] = "pve1", ["status"] = "stopped", ["exitstatus"] = "OK" },
        "GET /nodes/{node}/tasks/{upid}/log" => new JsonArray(new JsonObject { ["n"] = 1, ["t"] = "TASK OK" }),
        _ => _values.Answer(endpoint),
    };

    private static JsonArray Found(StubRequest request)
    {
        string? kind = request.Target.Split("type=") is [_, { } type] ? type.Split('&')[0] : null;
        JsonArray all = JsonNode.Parse(Resources)!.AsArray();
        return [.. all.Where(item => kind is null || (string?)item!["type"] is { } own && (own == kind || (kind == "vm" && own is "qemu" or "lxc")))
            .Select(static item => item!.DeepClone())];
    }
}
