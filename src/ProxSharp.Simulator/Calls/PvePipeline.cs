using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Documentation;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Calls;

/// <summary>Answers requests in the stages and the order of the Proxmox VE API daemon.</summary>
internal sealed class PvePipeline(PveState state, PveAuthentication authentication, PveDispatcher dispatcher, bool delays) : IRequestPipeline
{
    private const int MaximumBody = 512 * 1024;

    private static readonly TimeSpan s_refusalDelay = TimeSpan.FromSeconds(3);

    public WireResponse? CheckHead(WireRequest request)
    {
        if (!ApiMethods.TryParse(request.Method, out ApiMethod method) || request.Method != method.ToVerb())
        {
            return WireResponse.Empty(501, $"method '{request.Method}' not available");
        }

        if (request.Header("Transfer-Encoding") is { } encoding)
        {
            return WireResponse.Text(501, encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? "chunked transfer encoding not supported"
                : $"Unknown transfer encoding '{encoding}'");
        }

        if (request.ContentLength == 0)
        {
            return null;
        }

        if (method is ApiMethod.Get or ApiMethod.Delete)
        {
            return WireResponse.Text(501, $"Unexpected content for method '{request.Method}'");
        }

        if (IsUpload(request))
        {
            return null;
        }

        return request.ContentType is "" or "application/x-www-form-urlencoded" or "application/json"
            ? request.ContentLength > MaximumBody ? WireResponse.Text(501, "for data too large") : null
            : WireResponse.Text(506, $"upload 'Content-Type '{request.Header("Content-Type")}' not implemented");
    }

    public async ValueTask<WireResponse> HandleAsync(WireRequest request, CancellationToken cancellationToken)
    {
        string path = FormReader.DecodePath(request.Path);
        if (request.Method == "GET" && path == ServerSchemaReader.VirtualEnvironmentPath)
        {
            return new WireResponse { ContentType = SchemaScript.ContentType, Body = SchemaScript.Of(state.Schema) };
        }

        return path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [] => PveFormat.StartPage(),
            ["api2", .. string[] segments] => await HandleApiAsync(request, segments, cancellationToken).ConfigureAwait(false),
            _ => WireResponse.Text(500, $"no such file '{path}'\n"),
        };
    }

    /// <param name="request">The request.</param>
    /// <param name="segments">The path behind <c>/api2</c>: the format first.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    private async ValueTask<WireResponse> HandleApiAsync(WireRequest request, string[] segments, CancellationToken cancellationToken)
    {
        string apiPath = "/" + string.Join('/', segments.Skip(1));
        Principal caller;
        try
        {
            caller = Authenticate(request, apiPath);
        }
        catch (ApiFault fault)
        {
            return WireResponse.Empty(fault.Status, fault.Message, delays ? s_refusalDelay : TimeSpan.Zero);
        }

        if (segments is [])
        {
            return WireResponse.Text(501, "no such uri");
        }

        PveFormat format = new(segments[0]);
        if (!format.IsKnown)
        {
            return WireResponse.Text(501, $"no formatter for uri {apiPath}, {segments[0]}");
        }

        // Proxmox: the root answers with its index although the schema does not declare it.
        return apiPath == "/" && request.Method == "GET"
            ? format.Write(IndexHandlers.Root())
            : await ExecuteAsync(request, apiPath, caller, format, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsUpload(WireRequest request) =>
        request.ContentType == "multipart/form-data" && request.Path.EndsWith("/upload", StringComparison.Ordinal);

    private Principal Authenticate(WireRequest request, string apiPath)
    {
        lock (state.Gate)
        {
            return authentication.Authenticate(request, apiPath, IsUpload(request));
        }
    }

    private async ValueTask<WireResponse> ExecuteAsync(
        WireRequest request, string apiPath, Principal caller, PveFormat format, CancellationToken cancellationToken)
    {
        bool isProxied = false;
        try
        {
            if (WebSocketUpgrade.IsWanted(request) && WebSocketUpgrade.Refuse(request) is { } refusal)
            {
                return refusal;
            }

            ApiMatch match = Route(request.Method, apiPath);
            isProxied = match.Endpoint.IsProtected || IsRemote(match);
            ApiCall call = await ReadCallAsync(request, apiPath, match, caller, cancellationToken).ConfigureAwait(false);
            ApiReply reply = dispatcher.Dispatch(call);
            if (call.IsUpgrade)
            {
                return WebSocketUpgrade.Accept(request, reply);
            }

            bool stays = call.Upload is null;
            return format.Write(reply) with { IsProxied = isProxied && stays, Close = !stays };
        }
        catch (ApiFault fault)
        {
            return Refuse(fault, format, isProxied);
        }
        catch (RequestHeadException exception) when (exception.Response is { } response)
        {
            return response;
        }
    }

    private WireResponse Refuse(ApiFault fault, PveFormat format, bool isProxied)
    {
        if (!format.HidesStatus && FirstLine(fault.Message).Any(static letter => letter > 0xFF))
        {
            return Unwritable(isProxied);
        }

        TimeSpan delay = delays ? fault.Delay : TimeSpan.Zero;
        return fault.IsEmpty
            ? WireResponse.Empty(fault.Status, FirstLine(fault.Message), delay)
            : format.Write(fault) with { Delay = delay, IsProxied = isProxied && format.HidesStatus };
    }

    private async ValueTask<ApiCall> ReadCallAsync(WireRequest request, string apiPath, ApiMatch match, Principal caller, CancellationToken cancellationToken)
    {
        (Dictionary<string, JsonNode> parameters, UploadedFile? upload) =
            await ReadParametersAsync(request, match, caller, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> pathValues = LocalNodeNames(match.PathValues);
        foreach ((string name, string value) in pathValues)
        {
            parameters[name] = JsonValue.Create(value);
        }

        return new ApiCall
        {
            Endpoint = match.Endpoint,
            Path = apiPath,
            PathValues = pathValues,
            Parameters = parameters,
            Caller = caller,
            Upload = upload,
            IsUpgrade = WebSocketUpgrade.IsWanted(request),
        };
    }

    private ApiMatch Route(string verb, string apiPath)
    {
        // The schema decodes segments itself; the path was decoded byte by byte before.
        string escaped = string.Join('/', apiPath.Split('/').Select(Uri.EscapeDataString));
        if (ApiMethods.TryParse(verb, out ApiMethod method) && state.Schema.TryMatch(method, escaped, out ApiMatch? match)
            && match.PathValues.All(static value => IsPlausible(value.Key, value.Value)))
        {
            return match;
        }

        throw new ApiFault(501, $"Method '{verb} {apiPath}' not implemented") { WithoutNewline = true };
    }

    // Proxmox: only volumes and addresses may hold a slash; a volume has no spaces.
    private static bool IsPlausible(string name, string value) =>
        (!value.Contains('/', StringComparison.Ordinal) || name is "volume" or "cidr") && (name != "volume" || !value.Contains(' ', StringComparison.Ordinal));

    private bool IsRemote(ApiMatch match)
    {
        if (match.Endpoint.ProxyTo is not { } parameter || !match.PathValues.TryGetValue(parameter, out string? node) || node == "localhost")
        {
            return false;
        }

        return node != state.LocalNode;
    }

    private Dictionary<string, string> LocalNodeNames(IReadOnlyDictionary<string, string> values)
    {
        // Proxmox: localhost stands for the node that answers.
        Dictionary<string, string> named = new(values, StringComparer.Ordinal);
        if (named.GetValueOrDefault("node") == "localhost")
        {
            named["node"] = state.LocalNode;
        }

        return named;
    }

    private async ValueTask<(Dictionary<string, JsonNode> Parameters, UploadedFile? Upload)> ReadParametersAsync(
        WireRequest request, ApiMatch match, Principal caller, CancellationToken cancellationToken)
    {
        Dictionary<string, JsonNode> parameters = new(StringComparer.Ordinal);
        UploadedFile? upload = null;
        if (IsUpload(request))
        {
            lock (state.Gate)
            {
                dispatcher.DemandUpload(caller, match.PathValues.GetValueOrDefault("storage", ""));
            }

            upload = await new MultipartUpload(request).ReadAsync(parameters, cancellationToken).ConfigureAwait(false);
        }
        else if (request.ContentLength > 0 || request.ContentType == "application/json")
        {
            ReadBody(request, await request.Body.ReadAllAsync(cancellationToken).ConfigureAwait(false), parameters);
        }

        Dictionary<string, JsonNode> query = new(StringComparer.Ordinal);
        FormReader.Read(request.Query, query, semicolonSeparates: true);
        foreach ((string name, JsonNode value) in query)
        {
            parameters[name] = value;
        }

        RefuseConflicts(match, parameters);
        return (parameters, upload);
    }

    private static void ReadBody(WireRequest request, byte[] body, Dictionary<string, JsonNode> parameters)
    {
        if (request.ContentType != "application/json")
        {
            FormReader.Read(Encoding.Latin1.GetString(body), parameters, semicolonSeparates: true);
            return;
        }

        // Proxmox: a body that is no JSON object surfaces as a Perl error with its source position.
        const string Position = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line";
        try
        {
            FormReader.ReadJson(body, parameters);
        }
        catch (JsonException)
        {
            const string Malformed = "malformed JSON string, neither tag, array, object, number, string or atom, at character offset";
            throw new RequestHeadException(500, $"{Malformed} {body.Length} (before \"(end of string)\") {Position} 934.\n");
        }
        catch (InvalidDataException)
        {
            throw new RequestHeadException(500, $"Not a HASH reference {Position} 978.\n");
        }
    }

    private static void RefuseConflicts(ApiMatch match, Dictionary<string, JsonNode> parameters)
    {
        foreach ((string name, string value) in match.PathValues)
        {
            if (parameters.TryGetValue(name, out JsonNode? given) && ApiCall.TextOf(given) != value)
            {
                throw ApiFault.Parameter(name, "duplicate parameter (already defined in URI) with conflicting values!");
            }
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0];

    // Proxmox: a status line cannot hold such characters. The process that writes it breaks the connection; the proxy notices after a while.
    private WireResponse Unwritable(bool isProxied)
    {
        TimeSpan delay = delays ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
        return WireResponse.Empty(596, "Broken pipe", delay) with { IsDropped = !isProxied };
    }

    /// <summary>Fails calls that another node would have to answer if that node is not there.</summary>
    internal static void DemandNode(PveState state, FaultInjector faults, ApiCall call)
    {
        if (!call.PathValues.TryGetValue("node", out string? node))
        {
            return;
        }

        if (!state.Nodes.ContainsKey(node))
        {
            bool isOtherCase = state.Nodes.Keys.Any(known => string.Equals(known, node, StringComparison.OrdinalIgnoreCase));
            string hosts = state.Collections.Settings($"/nodes/{state.LocalNode}/hosts")["data"]?.GetValue<string>() ?? "";
            if (isOtherCase || NameService.Find(hosts, node) is { } address && !System.Net.IPAddress.IsLoopback(address))
            {
                throw new ApiFault(595, "No route to host") { IsEmpty = true };
            }

            // Proxmox: an address of the server itself is none that it would connect to.
            throw NameService.Find(hosts, node) is not null
                ? ApiFault.Failed($"address lookup for '{node}' did not find any IP address")
                : ApiFault.Failed($"hostname lookup '{node}' failed - failed to get address info for: {node}: Temporary failure in name resolution");
        }

        if (faults.IsHanging(node))
        {
            throw new ApiFault(596, "Connection timed out") { IsEmpty = true, Delay = TimeSpan.FromSeconds(30) };
        }

        if (faults.IsDead(node))
        {
            throw new ApiFault(595, "No route to host") { IsEmpty = true };
        }
    }
}
