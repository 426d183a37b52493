using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Mcp.Http;

namespace ProxSharp.Mcp.Tests;

/// <summary>The pages on which people approve, as browsers use them: that of the program itself, and that of the web server.</summary>
public sealed class ApprovalPageTests
{
    private const string Delete106 = """[{"method":"DELETE","path":"/nodes/pve1/qemu/106"}]""";
    private const string Policy = """{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"elicitation-url"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string?, string?, bool> Origins() => new()
    {
        { "OWN", null, true },
        { "OWN", "same-origin", true },
        { null, null, true },
        { "null", "same-origin", true },
        { "null", null, false },
        { "null", "cross-site", false },
        { "null", "same-site", false },
        { "null", "none", false },
        { "https://evil.example", "same-origin", false },
        { "http://127.0.0.1:1", "same-site", false },
    };

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task Page_Answer_CountsFromThePageItselfOnly(string? origin, string? site, bool isTaken)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = Policy, CanVisit = true });
        string plan = await session.PlanAsync(Delete106);
        Uri page = await PageAsync(session, plan);
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, await PostAsync(page, origin, site));
        Assert.Equal(isTaken ? HttpStatusCode.NotFound : HttpStatusCode.OK, await PostAsync(page, "OWN", "same-origin"));
        JsonElement done = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""");
        Assert.True(done.GetProperty("complete").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task HttpPage_Answer_CountsFromThePageItselfOnly(string? origin, string? site, bool isTaken)
    {
        await using TestSite lab = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(new HttpSettings { Listen = new Uri("http://127.0.0.1:0") }, lab.Contexts(), Token);
        HttpStatusCode status = default;
        McpClientOptions options = new() { Capabilities = new ClientCapabilities { Elicitation = new ElicitationCapability { Url = new() } } };
        options.Handlers.ElicitationHandler = async (question, _) =>
        {
            status = await PostAsync(new Uri(question!.Url!), origin, site);
            return new ElicitResult { Action = isTaken ? "accept" : "decline" };
        };
        HttpClientTransport transport = new(new HttpClientTransportOptions { Endpoint = host.Address });
        await using McpClient client = await McpClient.CreateAsync(transport, options, cancellationToken: Token);
        CallToolResult plan = await client.CallToolAsync("plan", new Dictionary<string, object?> { ["calls"] = JsonNode.Parse(Delete106) }, cancellationToken: Token);
        Dictionary<string, object?> named = new() { ["plan"] = plan.StructuredContent!.Value.GetProperty("plan").GetString() };
        CallToolResult end = await client.CallToolAsync("apply", named, cancellationToken: Token);
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.Forbidden, status);
        Assert.Equal(!isTaken, end.IsError == true);
    }

    [Fact]
    public async Task Page_ConnectionsThatSayNothing_KeepNobodyWaiting()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = Policy, CanVisit = true });
        string plan = await session.PlanAsync(Delete106);
        Uri page = await PageAsync(session, plan);
        List<TcpClient> idle = [];
        try
        {
            for (int i = 0; i < 6; i++)
            {
                idle.Add(new TcpClient());
                await idle[i].ConnectAsync(page.Host, page.Port, Token);
            }

            using HttpClient http = new();
            Assert.Contains("guest 106", await http.GetStringAsync(page, Token), StringComparison.Ordinal);

            // They were not closed for it: a browser uses them later.
            await using NetworkStream stream = idle[0].GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {page.AbsolutePath} HTTP/1.1\r\nHost: {page.Authority}\r\n\r\n"), Token);
            using StreamReader reader = new(stream);
            Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await Browser.AnswerAsync(page, "approve", Token)).Status);
        }
        finally
        {
            idle.ForEach(static client => client.Dispose());
        }
    }

    private static async Task<Uri> PageAsync(AgentSession session, string plan)
    {
        await session.DoneAsync("apply", $$"""{"plan":"{{plan}}","seconds":1}""");
        return new Uri(session.LastQuestion!.Url!);
    }

    private static async Task<HttpStatusCode> PostAsync(Uri page, string? origin, string? site)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, page)
        {
            Content = new FormUrlEncodedContent([new KeyValuePair<string, string>("answer", "approve")]),
        };
        foreach ((string name, string? value) in new[] { ("Origin", origin == "OWN" ? page.GetLeftPart(UriPartial.Authority) : origin), ("Sec-Fetch-Site", site) })
        {
            // A value that is null would be sent as an empty one.
            if (value is not null)
            {
                request.Headers.Add(name, value);
            }
        }

        using HttpResponseMessage response = await http.SendAsync(request, Token);
        return response.StatusCode;
    }
}
