using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Mcp.Http;

namespace ProxSharp.Mcp.Tests;

/// <summary>What holds for the first request of a session holds for every other one, and many may come at once.</summary>
public sealed class HttpSessionTests
{
    private const string Secret = "correct-horse-battery-staple";
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"concurrentTasks":9}}""";
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private const string Ask = """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"guest_list","arguments":{}}}""";

    private static readonly HttpSettings s_settings = new() { Listen = new Uri("http://127.0.0.1:0"), Token = Secret };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_EveryRequest_NeedsTheTokenAndANameOfOurs()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_settings, site.Contexts(), Token);
        string session = await OpenAsync(host);
        int before = site.Requests().Count;
        foreach (HttpMethod method in new[] { HttpMethod.Post, HttpMethod.Get, HttpMethod.Delete })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, method, session, static request => request.Headers.Remove("Authorization")));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, method, session, static request =>
            {
                request.Headers.Remove("Authorization");
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Secret}x");
            }));
            Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(host, method, session, static request => request.Headers.Host = "rebound.example"));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(
                host, method, session, static request => request.Headers.TryAddWithoutValidation("Origin", "http://rebound.example")));
        }

        // Refused requests have neither reached the cluster nor ended the session.
        Assert.Equal(before, site.Requests().Count);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Post, session));
    }

    [Fact]
    public async Task Session_Ids_AreLongDifferentAndOverWhenTheSessionIs()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_settings, site.Contexts(), Token);
        string[] sessions = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync(host)));
        Assert.Equal(5, sessions.Distinct(StringComparer.Ordinal).Count());
        Assert.All(sessions, static session => Assert.True(session.Length >= 20, session));
        Assert.True((await StatusAsync(host, HttpMethod.Delete, sessions[0])) is HttpStatusCode.OK or HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, HttpMethod.Post, sessions[0]));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, HttpMethod.Post, sessions[1][..^1]));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Post, sessions[1]));
    }

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData(null)]
    public async Task Session_ManyCallsAtOnce_AreAllAnswered(string? protocol)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(s_settings, site.Contexts(), Token);
        await using McpClient client = await ConnectAsync(host, protocol);
        string[] tools = ["guest_list", "overview", "storage_list", "task_list", "audit_list"];
        CallToolResult[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => CallAsync(client, tools[i % tools.Length], [])));
        Assert.All(answers, static answer => Assert.True(answer.IsError != true, AgentSession.TextOf(answer)));
        for (int i = 0; i < tools.Length; i++)
        {
            // Each got the answer to its own question.
            Assert.Single(answers.Where((_, at) => at % tools.Length == i)
                .Select(static answer => string.Join(',', answer.StructuredContent!.Value.EnumerateObject().Select(static member => member.Name)))
                .Distinct(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Plan_AppliedByManySessionsAtOnce_IsMadeOnce()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(s_settings, site.Contexts(), Token);
        McpClient[] clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ConnectAsync(host, i % 2 == 0 ? null : "2025-06-18")));
        try
        {
            JsonArray calls = [new JsonObject { ["method"] = "POST", ["path"] = "/nodes/pve1/qemu/106/status/start" }];
            CallToolResult plan = await CallAsync(clients[0], "plan", new() { ["calls"] = calls });
            string id = plan.StructuredContent!.Value.GetProperty("plan").GetString()!;
            CallToolResult[] ends = await Task.WhenAll(clients.Select(client => CallAsync(client, "apply", new() { ["plan"] = id })));
            Assert.Single(site.Requests(), static request => request.Method != "GET");
            foreach (CallToolResult end in ends)
            {
                JsonElement value = end.StructuredContent!.Value;
                Assert.True(end.IsError == true ? value.GetProperty("error").GetString() == "refused-used" : value.GetProperty("complete").GetBoolean(), AgentSession.TextOf(end));
            }

            Assert.Contains(ends, static end => end.IsError != true);
        }
        finally
        {
            foreach (McpClient client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Apply_CancelledByOneOfTwo_GoesOnForTheOther()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy, TaskDuration = TimeSpan.FromSeconds(3) });
        await using HttpHost host = await HttpHost.StartAsync(s_settings, site.Contexts(), Token);
        await using McpClient stays = await ConnectAsync(host, null);
        await using McpClient leaves = await ConnectAsync(host, null);
        JsonArray calls = [new JsonObject { ["method"] = "POST", ["path"] = "/nodes/pve1/qemu/106/status/start" }];
        CallToolResult plan = await CallAsync(stays, "plan", new() { ["calls"] = calls });
        Dictionary<string, object?> named = new() { ["plan"] = plan.StructuredContent!.Value.GetProperty("plan").GetString()! };
        Signal first = new();
        Signal second = new();
        Task<CallToolResult> applying = stays.CallToolAsync("apply", named, first, cancellationToken: Token).AsTask();
        await first.Told.WaitAsync(Token);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<CallToolResult> cancelled = leaves.CallToolAsync("apply", named, second, cancellationToken: cancel.Token).AsTask();
        await second.Told.WaitAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        CallToolResult end = await applying;
        Assert.True(end.IsError != true, AgentSession.TextOf(end));
        Assert.True(end.StructuredContent!.Value.GetProperty("complete").GetBoolean());
    }

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments) =>
        await client.CallToolAsync(tool, arguments, cancellationToken: Token);

    private static async Task<McpClient> ConnectAsync(HttpHost host, string? protocol)
    {
        HttpClientTransport transport = new(new HttpClientTransportOptions
        {
            Endpoint = host.Address,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Secret}" },
        });
        return await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = protocol }, cancellationToken: Token);
    }

    private static async Task<string> OpenAsync(HttpHost host)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = Request(host, HttpMethod.Post, Initialize);
        using HttpResponseMessage response = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Assert.Single(response.Headers.GetValues("Mcp-Session-Id"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpHost host, HttpMethod method, string session, Action<HttpRequestMessage>? change = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = Request(host, method, method == HttpMethod.Post ? Ask : null);
        request.Headers.Add("Mcp-Session-Id", session);
        change?.Invoke(request);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(HttpHost host, HttpMethod method, string? body)
    {
        HttpRequestMessage request = new(method, host.Address) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Secret}");
        return request;
    }

    private sealed class Signal : IProgress<ProgressNotificationValue>
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Told => _told.Task;

        public void Report(ProgressNotificationValue value) => _told.TrySetResult();
    }
}
