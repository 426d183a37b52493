using ProxSharp.Api;

namespace ProxSharp.Schema;

/// <summary>One verb on one path of the API, with its parameters, result and required privileges.</summary>
public sealed class ApiEndpoint
{
    private readonly Lazy<ApiEndpointDetails> _details;
    private readonly Lazy<ApiOperation> _operation;

    internal ApiEndpoint(ApiMethod method, string path, Func<ApiEndpointDetails> details)
    {
        Method = method;
        Path = path;
        _details = new Lazy<ApiEndpointDetails>(details);
        _operation = new Lazy<ApiOperation>(() => new ApiOperation(method, path));
    }

    /// <summary>The operation by which calls name this endpoint.</summary>
    public ApiOperation Operation => _operation.Value;

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root, for example <c>/nodes/{node}/qemu/{vmid}</c>.</summary>
    public string Path { get; }

    /// <summary>The server's own name of the method; null where it has none (Proxmox Backup Server).</summary>
    public string? Name => _details.Value.Name;

    /// <summary>What the endpoint does in the server's own words; only present in a schema that was read from a server.</summary>
    public string? Description => _details.Value.Description;

    /// <summary>All parameters by wire name, path parameters included, in the schema's order.</summary>
    public IReadOnlyDictionary<string, ApiNode> Parameters => _details.Value.Parameters;

    /// <summary>Further parameter sets chosen by the value of one parameter; null for nearly all endpoints.</summary>
    public ApiVariants? Variants => _details.Value.Variants;

    /// <summary>True if the server accepts parameters that the schema does not declare.</summary>
    public bool AllowsExtraParameters => _details.Value.AllowsExtraParameters;

    /// <summary>The shape of the result's <c>data</c>.</summary>
    public ApiNode Returns => _details.Value.Returns;

    /// <summary>Who may call it.</summary>
    public ApiPermission Permission => _details.Value.Permission;

    /// <summary>Whether it starts a background task.</summary>
    public ApiTaskKind Task => _details.Value.Task;

    /// <summary>Whether request or answer are raw bytes.</summary>
    public ApiTransportKind Transport => _details.Value.Transport;

    /// <summary>True if the privileged daemon handles the call; such calls answer with a doubled <c>Connection</c> header on Proxmox VE.</summary>
    public bool IsProtected => _details.Value.IsProtected;

    /// <summary>The path parameter that names the node which handles the call; null if any node does.</summary>
    public string? ProxyTo => _details.Value.ProxyTo;

    /// <summary>False if the endpoint refuses API tokens.</summary>
    public bool AllowsToken => _details.Value.AllowsToken;

    /// <summary>Returns verb and path, for example <c>GET /version</c>.</summary>
    public override string ToString() => $"{Method.ToVerb()} {Path}";
}
