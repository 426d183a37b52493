using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Schema;

/// <summary>
/// Reads the schema that a running server publishes about itself: <c>/pve-docs/api-viewer/apidoc.js</c> of Proxmox VE and
/// <c>/docs/api-viewer/apidata.js</c> of Proxmox Backup Server. Such a schema knows the server's own version, and describes every endpoint
/// and parameter in the server's words. What it does not say (which endpoints start tasks, the ranges of indexes) is taken from the
/// embedded schema.
/// </summary>
public sealed class ServerSchemaReader
{
    /// <summary>The path of the script on a Proxmox VE server.</summary>
    public const string VirtualEnvironmentPath = "/pve-docs/api-viewer/apidoc.js";

    /// <summary>The path of the script on a Proxmox Backup Server.</summary>
    public const string BackupServerPath = "/docs/api-viewer/apidata.js";

    private const int DeepestNesting = 512;

    private readonly ApiSchema? _embedded;
    private readonly ServerNodeReader _nodes;

    private ServerSchemaReader(ApiSchema? embedded)
    {
        _embedded = embedded;
        _nodes = new ServerNodeReader(embedded);
    }

    /// <summary>Reads a schema.</summary>
    /// <param name="script">The script as the server sent it, in UTF-8. The memory must not change while the schema is in use.</param>
    /// <param name="product">The product of the server.</param>
    /// <param name="embedded">The library's own schema of the product; without it no endpoint is known to start a task.</param>
    /// <param name="version">The version of the server, if it is known.</param>
    /// <exception cref="ProxmoxProtocolException">The script holds no schema; the offset tells where reading ended.</exception>
    public static ApiSchema Read(ReadOnlyMemory<byte> script, ProxmoxProduct product, ApiSchema? embedded = null, string version = "")
    {
        ArgumentNullException.ThrowIfNull(version);
        JsonElement tree = FindTree(script.Span);
        ServerSchemaReader reader = new(embedded);
        SortedDictionary<(string Path, ApiMethod Method), ApiEndpoint> endpoints = new(EndpointOrder.Instance);
        reader.Walk(tree, endpoints, 0);
        if (endpoints.Count == 0)
        {
            throw new ProxmoxProtocolException("The server's schema script declares no endpoint.") { Offset = 0 };
        }

        return new ApiSchema(product, version, isFromServer: true, [.. endpoints.Values], () => reader._nodes.Formats);
    }

    /// <summary>The script assigns one array and goes on with the code of the viewer.</summary>
    private static JsonElement FindTree(ReadOnlySpan<byte> script)
    {
        int start = FindArray(script);
        if (start < 0)
        {
            throw new ProxmoxProtocolException("The server's schema script does not assign an array.") { Offset = 0 };
        }

        Utf8JsonReader json = new(
            script[start..], new JsonReaderOptions { MaxDepth = DeepestNesting, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            return JsonElement.ParseValue(ref json);
        }
        catch (JsonException exception)
        {
            throw new ProxmoxProtocolException(
                $"The server's schema script is damaged: {exception.Message}", exception)
            {
                Offset = start + OffsetOf(script[start..], exception),
            };
        }
    }

    /// <summary>Finds the first bracket that directly follows an equals sign; comments before it may hold others.</summary>
    private static int FindArray(ReadOnlySpan<byte> script)
    {
        for (int sign = script.IndexOf((byte)'='), at = 0; sign >= 0; sign = script[at..].IndexOf((byte)'='))
        {
            at += sign + 1;
            int value = script[at..].IndexOfAnyExcept(" \t\r\n"u8);
            if (value >= 0 && script[at + value] == (byte)'[')
            {
                return at + value;
            }
        }

        return -1;
    }

    /// <summary>Turns the line and column of a fault into an offset.</summary>
    private static long OffsetOf(ReadOnlySpan<byte> json, JsonException exception)
    {
        int offset = 0;
        for (long line = exception.LineNumber ?? 0; line > 0; line--)
        {
            offset += json[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset + (exception.BytePositionInLine ?? 0);
    }

    private void Walk(JsonElement nodes, SortedDictionary<(string Path, ApiMethod Method), ApiEndpoint> endpoints, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new ProxmoxProtocolException("The server's schema nests its paths too deeply.");
        }

        foreach (JsonElement node in LooseJson.Items(nodes))
        {
            if (LooseJson.Text(node, "path") is { } path && path.StartsWith('/'))
            {
                foreach (JsonProperty verb in LooseJson.Members(LooseJson.Member(node, "info")))
                {
                    if (ApiMethods.TryParse(verb.Name, out ApiMethod method) && verb.Value.ValueKind == JsonValueKind.Object)
                    {
                        endpoints[(path, method)] = new ApiEndpoint(method, path, () => ReadDetails(method, path, verb.Value));
                    }
                }
            }

            Walk(LooseJson.Member(node, "children"), endpoints, depth + 1);
        }
    }

    private ApiEndpointDetails ReadDetails(ApiMethod method, string path, JsonElement info)
    {
        ApiEndpoint? known = _embedded?.Find(method, path);
        string place = $"{method.ToVerb()} {path}";
        JsonElement parameters = LooseJson.Member(info, "parameters");
        JsonElement returns = LooseJson.Member(info, "returns");
        ApiVariants? variants = ServerVariants.Read(parameters, _nodes, place, known?.Parameters);
        return new ApiEndpointDetails
        {
            Name = LooseJson.Text(info, "name"),
            Description = LooseJson.Text(info, "description"),
            Parameters = ReadParameters(parameters, path, place, known),
            Variants = variants,

            AllowsExtraParameters = AllowsExtra(parameters, variants),
            Returns = returns.ValueKind == JsonValueKind.Object ? _nodes.ReadNode(null, returns, $"{place} returns", known?.Returns) : new ApiNode(),
            Permission = ServerPermissions.Read(LooseJson.Member(info, "permissions")),
            Task = known?.Task ?? ApiTaskKind.None,
            Transport = ReadTransport(LooseJson.Text(info, "method"), known),
            IsProtected = LooseJson.Truth(info, "protected") == true,
            ProxyTo = LooseJson.Text(info, "proxyto"),
            AllowsToken = LooseJson.Truth(info, "allowtoken") ?? true,
        };
    }

    private static bool AllowsExtra(JsonElement parameters, ApiVariants? variants)
    {
        // A composition that is not understood must not make valid parameters unknown.
        bool isComposed = LooseJson.Member(parameters, "allOf").ValueKind == JsonValueKind.Array
            || LooseJson.Member(parameters, "oneOf").ValueKind == JsonValueKind.Array;
        return isComposed ? variants is null : LooseJson.Truth(parameters, "additionalProperties") ?? true;
    }

    private OrderedDictionary<string, ApiNode> ReadParameters(JsonElement parameters, string path, string place, ApiEndpoint? known)
    {
        OrderedDictionary<string, ApiNode> declared = ServerVariants.ReadCommon(parameters, _nodes, place, known?.Parameters);
        OrderedDictionary<string, ApiNode> result = new(StringComparer.Ordinal);
        HashSet<string> placeholders = [.. path.Split('/').Where(static part => part is ['{', .., '}']).Select(static part => part[1..^1])];

        // Proxmox: some placeholders are not declared as parameters, and some are declared optional; all of them are needed.
        foreach (string name in placeholders)
        {
            result[name] = ServerVariants.AsPathParameter(declared.GetValueOrDefault(name) ?? new ApiNode { Type = ApiValueType.String });
        }

        foreach ((string name, ApiNode node) in declared)
        {
            result.TryAdd(name, node);
        }

        return result;
    }

    private static ApiTransportKind ReadTransport(string? method, ApiEndpoint? known) => method switch
    {
        "DOWNLOAD" => ApiTransportKind.Download,
        "UPLOAD" => ApiTransportKind.Upload,
        _ => known?.Transport ?? ApiTransportKind.Envelope,
    };

    /// <summary>By path, then by verb.</summary>
    private sealed class EndpointOrder : IComparer<(string Path, ApiMethod Method)>
    {
        public static EndpointOrder Instance { get; } = new();

        public int Compare((string Path, ApiMethod Method) x, (string Path, ApiMethod Method) y)
        {
            int byPath = string.CompareOrdinal(x.Path, y.Path);
            return byPath != 0 ? byPath : x.Method.CompareTo(y.Method);
        }
    }
}
