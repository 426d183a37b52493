using System.IO.Pipelines;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Authentication;
using ProxSharp.Operations;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Mcp.Tests;

/// <summary>The official client, talking over pipes to a server that stands before a simulated cluster.</summary>
internal sealed class AgentSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PveSimulator _simulator;
    private readonly AgentServer _server;
    private readonly Task _serving;
    private readonly string _folder;

    private AgentSession(PveSimulator simulator, AgentServer server, Task serving, McpClient client, PveClient other, string folder) =>
        (_simulator, _server, _serving, Client, Other, _folder) = (simulator, server, serving, client, other, folder);

    public McpClient Client { get; }

    public PveClient Other { get; }

    public OperationGuard Guard => _server.Guard;

    public int Writes => _simulator.Traffic.Requests.Count(static request => request.Method != "GET");

    public int Questions { get; private set; }

    public string LastQuestion { get; private set; } = "";

    /// <summary>What the person at the client answers: accept, decline or cancel.</summary>
    public string Reply { get; set; } = "accept";

    public static async Task<AgentSession> StartAsync(string policy, bool canAsk = true, string? protocol = null)
    {
        PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        };
        string folder = Directory.CreateTempSubdirectory("agent-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "policy.json"), policy);
        AgentServer server = new(
            ProxmoxProduct.VirtualEnvironment,
            options,
            new GuardOptions { Context = "lab", PolicyPath = Path.Combine(folder, "policy.json"), StateFolder = Path.Combine(folder, "state") });
        Pipe up = new();
        Pipe down = new();
        AgentSession? session = null;
        CancellationTokenSource stop = new();
        Task serving = server.RunAsync(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()), stop.Token);
        McpClientOptions client = new() { ProtocolVersion = protocol };
        if (canAsk)
        {
            client.Handlers.ElicitationHandler = (question, _) =>
            {
                session!.Questions++;
                session.LastQuestion = question?.Message ?? "";
                return ValueTask.FromResult(new ElicitResult { Action = session.Reply });
            };
        }

        McpClient connected = await McpClient.CreateAsync(new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream()), client);
        session = new AgentSession(simulator, server, serving, connected, new PveClient(options), folder);
        session._stop.Token.Register(stop.Cancel);
        return session;
    }

    public async Task<CallToolResult> CallAsync(string tool, string arguments = "{}")
    {
        using JsonDocument document = JsonDocument.Parse(arguments);
        Dictionary<string, object?> values = document.RootElement.EnumerateObject()
            .ToDictionary(static member => member.Name, static member => (object?)member.Value.Clone());
        return await Client.CallToolAsync(tool, values);
    }

    public async Task<JsonElement> DoneAsync(string tool, string arguments = "{}")
    {
        CallToolResult result = await CallAsync(tool, arguments);
        Assert.True(result.IsError != true, TextOf(result));
        return result.StructuredContent!.Value;
    }

    public async Task<string> RefusedAsync(string tool, string arguments = "{}")
    {
        int before = Writes;
        CallToolResult result = await CallAsync(tool, arguments);
        Assert.True(result.IsError, TextOf(result));
        Assert.Equal(before, Writes);
        return result.StructuredContent!.Value.GetProperty("error").GetString()!;
    }

    public static string TextOf(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(static block => block.Text));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _serving);
        await Other.DisposeAsync();
        await _server.DisposeAsync();
        await _simulator.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
