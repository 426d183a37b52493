using System.IO.Pipelines;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>The official client, talking over pipes to a server that stands before a simulated cluster and, if wanted, a backup server.</summary>
internal sealed class AgentSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly AgentServer _server;
    private readonly Task _serving;
    private readonly TestSite _site;

    private AgentSession(TestSite site, AgentServer server, Task serving, McpClient client, CancellationTokenSource stop) =>
        (_site, _server, _serving, Client, _stop) = (site, server, serving, client, stop);

    public McpClient Client { get; }

    public PveClient Other => _site.OtherPve;

    public PveSimulator Pve => _site.Pve;

    public PbsSimulator? Pbs => _site.Pbs;

    public Ledger Ledger => new(_site.StateFolder("lab"));

    public TestSite Site => _site;

    /// <summary>Requests that may have changed something.</summary>
    public int Writes => _site.Requests().Count(static request => request.Method != "GET");

    public int Questions { get; private set; }

    public ElicitRequestParams? LastQuestion { get; private set; }

    /// <summary>What the person at the client answers: accept, decline or cancel.</summary>
    public string Reply { get; set; } = "accept";

    /// <summary>What the person does on the page that the question names, before the client answers.</summary>
    public Func<Uri, Task>? Visit { get; set; }

    /// <summary>What happens while the person is asked.</summary>
    public Action? Meanwhile { get; set; }

    public static Task<AgentSession> StartAsync(string policy, bool canAsk = true, string? protocol = null) =>
        StartAsync(new SessionOptions { Policy = policy, CanAsk = canAsk, Protocol = protocol });

    public static async Task<AgentSession> StartAsync(SessionOptions options)
    {
        TestSite site = await TestSite.StartAsync(options);
        AgentServer server = new(new AgentServerOptions { Contexts = site.Contexts(), Patience = options.Patience });
        Pipe up = new();
        Pipe down = new();
        AgentSession? session = null;
        CancellationTokenSource stop = new();
        Task serving = server.RunAsync(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()), null, stop.Token);
        McpClientOptions client = new() { ProtocolVersion = options.Protocol };
        if (options.CanAsk)
        {
            client.Capabilities = new ClientCapabilities
            {
                Elicitation = new ElicitationCapability
                {
                    Form = options.CanForm ? new FormElicitationCapability() : null,
                    Url = options.CanVisit ? new UrlElicitationCapability() : null,
                },
            };
            client.Handlers.ElicitationHandler = (question, _) => session!.AskedAsync(question);
        }

        McpClient connected = await McpClient.CreateAsync(new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream()), client);
        return session = new AgentSession(site, server, serving, connected, stop);
    }

    public async Task<CallToolResult> CallAsync(string tool, string arguments = "{}", IProgress<ProgressNotificationValue>? progress = null)
    {
        using JsonDocument document = JsonDocument.Parse(arguments);
        Dictionary<string, object?> values = document.RootElement.EnumerateObject()
            .ToDictionary(static member => member.Name, static member => (object?)member.Value.Clone());
        return await Client.CallToolAsync(tool, values, progress, cancellationToken: TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> DoneAsync(string tool, string arguments = "{}")
    {
        CallToolResult result = await CallAsync(tool, arguments);
        Assert.True(result.IsError != true, TextOf(result));
        return result.StructuredContent!.Value;
    }

    public async Task<string> RefusedAsync(string tool, string arguments = "{}") => (await FailureAsync(tool, arguments)).GetProperty("error").GetString()!;

    public async Task<JsonElement> FailureAsync(string tool, string arguments = "{}")
    {
        int before = Writes;
        CallToolResult result = await CallAsync(tool, arguments);
        Assert.True(result.IsError, TextOf(result));
        Assert.Equal(before, Writes);
        return result.StructuredContent!.Value;
    }

    /// <summary>Plans calls and returns the id of the plan.</summary>
    public async Task<string> PlanAsync(string calls, string context = "")
    {
        string where = context.Length > 0 ? $"\"context\":\"{context}\"," : "";
        return (await DoneAsync("plan", $$"""{{{where}}"calls":{{calls}}}""")).GetProperty("plan").GetString()!;
    }

    public static string TextOf(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(static block => block.Text));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _serving);
        await _server.DisposeAsync();
        await _site.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask<ElicitResult> AskedAsync(ElicitRequestParams? question)
    {
        Questions++;
        LastQuestion = question;
        Meanwhile?.Invoke();
        if (Visit is { } visit && question?.Url is { } address)
        {
            await visit(new Uri(address));
        }

        return new ElicitResult { Action = Reply };
    }
}
