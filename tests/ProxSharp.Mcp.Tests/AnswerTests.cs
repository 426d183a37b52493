using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Mcp.Http;

namespace ProxSharp.Mcp.Tests;

/// <summary>Answers to questions as an agent that writes the protocol itself would forge them: none of them approves anything.</summary>
public sealed class AnswerTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"elicitation"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("5", null)]
    [InlineData("\"accept\"", null)]
    [InlineData("[]", null)]
    [InlineData("""{"approve":null}""", null)]
    [InlineData("""{"approve":5}""", null)]
    [InlineData("""{"approve":"accept"}""", null)]
    [InlineData("""{"approve":{"action":5}}""", null)]
    [InlineData("""{"approve":{"action":null}}""", null)]
    [InlineData("""{"approve":{"action":"accepted"}}""", null)]
    [InlineData("""{"approve":{"action":"accept","content":[]}}""", null)]
    [InlineData("""{"approve":[{"action":"accept"}]}""", null)]
    [InlineData("""{"approve":{"action":"accept"}}""", "null")]
    [InlineData("""{"approve":{"action":"accept"}}""", "5")]
    [InlineData("""{"approve":{"action":"accept"}}""", "\"\"")]
    [InlineData("""{"approve":{"action":"accept"}}""", "\"another\"")]
    [InlineData("""{"approve":{"action":"decline"}}""", null)]
    [InlineData("""{"approve":{"action":"cancel"}}""", null)]
    public async Task Apply_WithAnAnswerThatIsNone_SendsNothingAndIsNoFault(string responses, string? state)
    {
        using Forger forger = new(parameters =>
        {
            parameters["inputResponses"] = JsonNode.Parse(responses);
            parameters["requestState"] = state is null ? parameters["requestState"]?.DeepClone() : JsonNode.Parse(state);
        });
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(new HttpSettings { Listen = new Uri("http://127.0.0.1:0") }, site.Contexts(), Token);
        await using McpClient client = await ConnectAsync(host, forger);
        string plan = await PlanAsync(client, 106);
        try
        {
            CallToolResult result = await ApplyAsync(client, plan);
            Assert.True(result.IsError, AgentSession.TextOf(result));
            Assert.Equal(responses.Contains("decline", StringComparison.Ordinal) ? "refused-declined" : "refused-approval", result.StructuredContent!.Value.GetProperty("error").GetString());
        }
        catch (McpProtocolException e)
        {
            Assert.Equal(McpErrorCode.InvalidParams, e.ErrorCode);
        }

        Assert.True(forger.Count > 0, "Nothing was forged.");
        Assert.DoesNotContain(site.Requests(), static request => request.Method != "GET");
    }

    [Fact]
    public async Task Apply_WithTheAnswerToAnotherPlan_SendsNothing()
    {
        string first = "";
        string second = "";
        using Forger forger = new(parameters => parameters["arguments"]!["plan"] = second);
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(new HttpSettings { Listen = new Uri("http://127.0.0.1:0") }, site.Contexts(), Token);
        await using McpClient client = await ConnectAsync(host, forger);
        (first, second) = (await PlanAsync(client, 106), await PlanAsync(client, 105));
        CallToolResult result = await ApplyAsync(client, first);
        Assert.True(result.IsError, AgentSession.TextOf(result));
        Assert.True(forger.Count > 0, "Nothing was forged.");
        Assert.DoesNotContain(site.Requests(), static request => request.Method != "GET");
    }

    private static async Task<McpClient> ConnectAsync(HttpHost host, Forger forger)
    {
        McpClientOptions options = new() { Capabilities = new ClientCapabilities { Elicitation = new ElicitationCapability { Form = new() } } };
        options.Handlers.ElicitationHandler = static (_, _) => ValueTask.FromResult(new ElicitResult { Action = "accept" });
        HttpClientTransport transport = new(
            new HttpClientTransportOptions { Endpoint = host.Address }, new HttpClient(forger, disposeHandler: false), ownsHttpClient: true);
        return await McpClient.CreateAsync(transport, options, cancellationToken: Token);
    }

    private static async Task<string> PlanAsync(McpClient client, int vmid)
    {
        JsonArray calls = [new JsonObject { ["method"] = "DELETE", ["path"] = $"/nodes/{(vmid == 106 ? "pve1" : "pve3")}/qemu/{vmid}" }];
        CallToolResult plan = await client.CallToolAsync("plan", new Dictionary<string, object?> { ["calls"] = calls }, cancellationToken: Token);
        return plan.StructuredContent!.Value.GetProperty("plan").GetString()!;
    }

    private static async Task<CallToolResult> ApplyAsync(McpClient client, string plan) =>
        await client.CallToolAsync("apply", new Dictionary<string, object?> { ["plan"] = plan }, cancellationToken: Token);

    /// <summary>Changes the answers of a client on their way.</summary>
    private sealed class Forger(Action<JsonObject> forge) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Count { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content && JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken)) is JsonObject message
                && message["params"] is JsonObject parameters && parameters.ContainsKey("inputResponses"))
            {
                Count++;
                forge(parameters);
                request.Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
