using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Backup.Formats;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Executes a command of a session.</summary>
internal delegate Task<WireResponse> SessionCommand(ApiCall call, SessionExchange exchange);

/// <summary>What both kinds of session have: commands by verb and path, their parameter checks, errors as texts, and faults.</summary>
internal abstract class ProtocolSession : IBackupProtocol
{
    private const int MaximumParameters = 512 * 1024;

    private static readonly TimeSpan s_refusalDelay = TimeSpan.FromSeconds(3);
    private static readonly PbsFormat s_format = new("json");

    private readonly Dictionary<string, KnownCommand> _commands = new(StringComparer.Ordinal);
    private readonly ParameterStage _parameters;
    private Action? _breaker;
    private long _connectionId;

    protected ProtocolSession(SessionContext context)
    {
        Context = context;
        _parameters = context.State.SessionParameters;
    }

    protected SessionContext Context { get; }

    public void Open(Action breaker, long connectionId) => (_breaker, _connectionId) = (breaker, connectionId);

    public abstract void Close();

    public async Task HandleAsync(SessionExchange exchange)
    {
        SimulatedRequest seen = new(exchange.Method, exchange.Path, exchange.Query, _connectionId);
        Context.Services.Traffic.Add(seen);
        Fault? fault = Context.Services.Faults.Take(seen);
        if (fault?.Kind == FaultKind.DropBeforeExecution)
        {
            Break();
            return;
        }

        WireResponse response = Substitute(fault) ?? await ExecuteAsync(exchange).ConfigureAwait(false);
        TimeSpan delay = response.Delay + (fault?.Kind == FaultKind.SlowReply ? fault.Delay : TimeSpan.Zero);
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, Context.State.Time, exchange.Aborted).ConfigureAwait(false);
        }

        await AnswerAsync(exchange, response, fault).ConfigureAwait(false);
    }

    /// <summary>Breaks the connection off.</summary>
    public void Break() => _breaker?.Invoke();

    protected static WireResponse Reply(JsonNode? data) => s_format.Write(ApiReply.Of(data));

    // Proxmox: downloads do not say how long they are.
    protected static WireResponse Download(byte[] content) => new() { Body = content, ContentType = "application/octet-stream", HasLength = false };

    protected void Add(ApiMethod method, string path, SessionCommand command)
    {
        ApiEndpoint endpoint = Context.State.Schema.Find(method, Root + path) ?? throw new InvalidOperationException($"The schema does not know {method} {Root}{path}.");
        _commands.Add($"{method.ToVerb()} {path}", new KnownCommand(endpoint, command));
    }

    /// <summary>Where the schema has the commands.</summary>
    protected abstract string Root { get; }

    /// <summary>Writes an error into the log of the session's task.</summary>
    protected abstract void LogError(string line);

    /// <summary>The digest that a parameter names.</summary>
    protected static Sha256Digest Digest(string text) => Sha256Digest.TryParse(text, out Sha256Digest digest)
        ? digest
        : throw new ApiFault(400, text.Length == Sha256Digest.Size * 2 ? "Invalid character in digest" : text.Length % 2 == 1 ? "Odd number of digits" : "Invalid string length");

    private static WireResponse? Substitute(Fault? fault) => fault?.Kind switch
    {
        FaultKind.Status => WireResponse.Empty(fault.StatusCode, fault.Reason),
        FaultKind.HtmlGateway => new WireResponse { Status = 502, Reason = "Bad Gateway", ContentType = "text/html", Body = "<html><body><h1>502 Bad Gateway</h1></body></html>\n"u8.ToArray() },
        _ => null,
    };

    private async Task AnswerAsync(SessionExchange exchange, WireResponse response, Fault? fault)
    {
        switch (fault?.Kind)
        {
            case FaultKind.DropAfterExecution:
                Break();
                break;
            case FaultKind.TruncatedBody:
                await exchange.TruncateAsync(response).ConfigureAwait(false);
                break;
            default:
                await exchange.ReplyAsync(response).ConfigureAwait(false);
                break;
        }
    }

    private async Task<WireResponse> ExecuteAsync(SessionExchange exchange)
    {
        try
        {
            if (!_commands.TryGetValue($"{exchange.Method} {exchange.Path}", out KnownCommand? found))
            {
                throw new ApiFault(404, $"Path '{exchange.Path}' not found.");
            }

            ApiCall call = await ReadCallAsync(exchange, found.Endpoint).ConfigureAwait(false);
            IReadOnlyDictionary<string, string> errors = _parameters.Check(call);
            return errors.Count == 0 ? await found.Command(call, exchange).ConfigureAwait(false) : throw ApiFault.Parameters(errors);
        }
        catch (ApiFault fault)
        {
            WireResponse response = s_format.Write(fault);
            LogError($"{exchange.Method} {exchange.Path}: {fault.Status} {response.Reason}: {Encoding.UTF8.GetString(response.Body.Span)}");

            // Proxmox: complaints about parameters have no content type here.
            return response with
            {
                ContentType = fault.Errors is null ? response.ContentType : null,
                Delay = fault.Status == 401 && Context.Services.Delays ? s_refusalDelay : TimeSpan.Zero,
            };
        }
    }

    private async Task<ApiCall> ReadCallAsync(SessionExchange exchange, ApiEndpoint endpoint)
    {
        Dictionary<string, JsonNode> parameters = new(StringComparer.Ordinal);
        FormReader.Read(exchange.Query, parameters, semicolonSeparates: false);
        if (endpoint.Transport == ApiTransportKind.Envelope && endpoint.Method is not ApiMethod.Get)
        {
            byte[] body = await exchange.ReadBodyAsync(MaximumParameters).ConfigureAwait(false) ?? throw new ApiFault(400, "request body too large");
            ReadParameters(exchange.ContentType, body, parameters);
        }

        return new ApiCall { Endpoint = endpoint, Path = exchange.Path, PathValues = new Dictionary<string, string>(), Parameters = parameters, Caller = Context.Caller };
    }

    private static void ReadParameters(string contentType, byte[] body, Dictionary<string, JsonNode> parameters)
    {
        if (body.Length == 0)
        {
            return;
        }

        if (!contentType.StartsWith("application/json", StringComparison.Ordinal))
        {
            FormReader.Read(Encoding.UTF8.GetString(body), parameters, semicolonSeparates: false);
            return;
        }

        try
        {
            parameters.Clear();
            FormReader.ReadJson(body, parameters);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new ApiFault(400, "key must be a string at line 1 column 2");
        }
    }

    private sealed record KnownCommand(ApiEndpoint Endpoint, SessionCommand Command);
}
