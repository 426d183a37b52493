using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Documentation;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Answers requests in the stages and the order of Proxmox Backup Server.</summary>
internal sealed class PbsPipeline(PbsState state, PbsAuthentication authentication, HandlerTable handlers, IFallbackHandler fallback, bool delays) : IRequestPipeline
{
    private const int MaximumBody = 512 * 1024;

    // Proxmox: path and query together.
    private const int MaximumTarget = 3072;

    private static readonly TimeSpan s_refusalDelay = TimeSpan.FromSeconds(3);

    private readonly ParameterStage _parameters = new(state.Schema);
    private readonly PermissionGate _gate = new(state.Directory, state.Permissions, static _ => new ApiFault(403, "permission check failed"));

    public WireResponse? CheckHead(WireRequest request) =>
        request.Header("Transfer-Encoding") is not null ? WireResponse.Text(411, "the simulator needs the length of a body", "Length Required")
        : request.Path.Length + request.Query.Length > MaximumTarget ? WireResponse.Empty(414, "URI Too Long")
        : null;

    public async ValueTask<WireResponse> HandleAsync(WireRequest request, CancellationToken cancellationToken)
    {
        if (request.Method == "GET" && request.Path == ServerSchemaReader.BackupServerPath)
        {
            return new WireResponse { ContentType = SchemaScript.ContentType, Body = SchemaScript.Of(state.Schema) };
        }

        string[] segments = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PbsFormat format = new(segments.Length > 1 && segments[0] == "api2" ? segments[1] : "");
        string apiPath = "/" + string.Join('/', segments.Skip(2));
        bool known = ApiMethods.TryParse(request.Method, out ApiMethod method);
        ApiMatch? match = null;
        byte[]? small = request.ContentLength <= MaximumBody ? await request.Body.ReadAllAsync(cancellationToken).ConfigureAwait(false) : null;
        try
        {
            bool found = known && format.IsKnown && state.Schema.TryMatch(method, apiPath, out match) && IsRest(match!);
            Principal caller = found && match!.Endpoint.Permission.Audience == ApiAudience.World ? Principal.Anonymous : Authenticate(request);
            if (!found)
            {
                throw new ApiFault(404, $"Path '{Uri.UnescapeDataString(request.Path)}' not found.");
            }

            byte[] body = small ?? (match!.Endpoint.Transport != ApiTransportKind.Upload
                ? throw new ApiFault(400, "request body too large")
                : await request.Body.ReadAllAsync(cancellationToken).ConfigureAwait(false));
            if (WebSocketUpgrade.IsWanted(request) && WebSocketUpgrade.Refuse(request) is { } refusal)
            {
                return refusal;
            }

            ApiReply reply = Execute(request, match!, apiPath, body, caller);
            return WebSocketUpgrade.IsWanted(request) ? WebSocketUpgrade.Accept(request, reply) : format.Write(reply);
        }
        catch (ApiFault fault)
        {
            return Refuse(fault, format);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or EndOfStreamException))
        {
            // A defect of the simulator: the client is told, and the connection goes on.
            return Refuse(ApiFault.Failed($"internal error: {exception.Message}"), format);
        }
    }

    private WireResponse Refuse(ApiFault fault, PbsFormat format)
    {
        TimeSpan delay = !delays ? TimeSpan.Zero : fault.Status == 401 ? s_refusalDelay : fault.Delay;

        // Proxmox: an answer that refuses the credentials themselves has no content type.
        bool isRefusal = fault.Status == 401 && fault.Message.StartsWith("authentication failed", StringComparison.Ordinal);
        return isRefusal
            ? new WireResponse { Status = 401, Reason = "Unauthorized", Body = Encoding.UTF8.GetBytes(fault.Message), Delay = delay }
            : format.Write(fault) with { Delay = delay };
    }

    private bool IsRest(ApiMatch match) => !match.Endpoint.Path.Contains("/_upgrade_", StringComparison.Ordinal) && PbsReleases.Knows(state, match.Endpoint.Path);

    private Principal Authenticate(WireRequest request)
    {
        lock (state.Gate)
        {
            return authentication.Authenticate(request);
        }
    }

    private ApiReply Execute(WireRequest request, ApiMatch match, string apiPath, byte[] body, Principal caller)
    {
        Dictionary<string, JsonNode> parameters = ReadParameters(request, match, body);
        foreach ((string name, string value) in match.PathValues)
        {
            parameters[name] = JsonValue.Create(value);
        }

        ApiCall call = new()
        {
            Endpoint = match.Endpoint,
            Path = Uri.UnescapeDataString(apiPath),
            PathValues = match.PathValues,
            Parameters = parameters,
            Caller = caller,
            UpgradeTo = request.Header("Upgrade"),
            Body = match.Endpoint.Transport == ApiTransportKind.Upload ? body : [],
        };
        lock (state.Gate)
        {
            state.Tasks.Settle();
            _gate.Enforce(call);
            IReadOnlyDictionary<string, string> errors = _parameters.Check(call);
            errors = errors.Count > 0 ? errors : TextForms.Check(call);
            if (errors.Count > 0)
            {
                throw ApiFault.Parameters(errors);
            }

            return PbsDigests.Apply(call, PbsReleases.Trim(state, call, handlers.Find(call.Endpoint) is { } handler ? handler(call) : fallback.Handle(call)));
        }
    }

    private static Dictionary<string, JsonNode> ReadParameters(WireRequest request, ApiMatch match, byte[] body)
    {
        Dictionary<string, JsonNode> parameters = new(StringComparer.Ordinal);
        bool isJson = request.ContentType == "application/json" && body.Length > 0;
        if (match.Endpoint.Transport == ApiTransportKind.Upload || !isJson)
        {
            FormReader.Read(request.Query, parameters, semicolonSeparates: false);
        }

        if (match.Endpoint.Transport == ApiTransportKind.Upload || body.Length == 0)
        {
            return parameters;
        }

        if (isJson)
        {
            // Proxmox: with a JSON body the query is ignored.
            ReadJson(body, parameters);
        }
        else if (request.ContentType is "application/x-www-form-urlencoded")
        {
            FormReader.Read(Encoding.UTF8.GetString(body), parameters, semicolonSeparates: false);
        }
        else
        {
            throw new ApiFault(400, $"unsupported content type {request.Header("Content-Type")}");
        }

        return parameters;
    }

    private static void ReadJson(byte[] body, Dictionary<string, JsonNode> parameters)
    {
        try
        {
            FormReader.ReadJson(body, parameters);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new ApiFault(400, "key must be a string at line 1 column 2");
        }
    }
}
