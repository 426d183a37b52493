using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Mcp.Http;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tests;

public sealed class HttpTests
{
    private const string Secret = "correct-horse-battery-staple";
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","destructive"]}],"approval":{"destructive":"elicitation-url"}}""";
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private static readonly HttpSettings s_local = new() { Listen = new Uri("http://127.0.0.1:0") };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData(null)]
    public async Task Http_WithTheOfficialClient_ReadsPlansAndApplies(string? protocol)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy, WithBackup = true });
        await using HttpHost host = await HttpHost.StartAsync(s_local with { Token = Secret }, site.Contexts(), Token);
        Uri? page = null;
        McpClientOptions options = new()
        {
            ProtocolVersion = protocol,
            Capabilities = new ClientCapabilities { Elicitation = new ElicitationCapability { Form = new(), Url = new() } },
        };
        options.Handlers.ElicitationHandler = async (question, cancellationToken) =>
        {
            page = new Uri(question!.Url!);
            (string shown, HttpStatusCode status) = await Browser.AnswerAsync(page, "approve", cancellationToken);
            Assert.Contains("guest 106", shown, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, status);
            return new ElicitResult { Action = "accept" };
        };
        HttpClientTransport transport = new(new HttpClientTransportOptions
        {
            Endpoint = host.Address,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Secret}" },
        });
        await using McpClient client = await McpClient.CreateAsync(transport, options, cancellationToken: Token);
        Assert.Equal(20, (await client.ListToolsAsync(cancellationToken: Token)).Count);
        JsonArray calls = [new JsonObject { ["method"] = "DELETE", ["path"] = "/nodes/pve1/qemu/106" }];
        CallToolResult plan = await client.CallToolAsync("plan", new Dictionary<string, object?> { ["calls"] = calls }, cancellationToken: Token);
        string id = plan.StructuredContent!.Value.GetProperty("plan").GetString()!;
        CallToolResult done = await client.CallToolAsync("apply", new Dictionary<string, object?> { ["plan"] = id }, cancellationToken: Token);
        Assert.True(done.IsError != true, AgentSession.TextOf(done));
        Assert.True(done.StructuredContent!.Value.GetProperty("complete").GetBoolean());
        Assert.StartsWith("/approve/", page!.AbsolutePath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong-horse-battery-staple", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", HttpStatusCode.Unauthorized)]
    [InlineData("Basic Y29ycmVjdA==", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Secret, HttpStatusCode.OK)]
    [InlineData("bearer " + Secret, HttpStatusCode.OK)]
    public async Task Http_Token_DecidesWhoComesIn(string? authorization, HttpStatusCode expected)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_local with { Token = Secret }, site.Contexts(), Token);
        Assert.Equal(expected, await StatusAsync(host, request => request.Headers.TryAddWithoutValidation("Authorization", authorization)));
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData(null, "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "null", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost:3000", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost:PORT", HttpStatusCode.OK)]
    [InlineData(null, "http://[::1]:PORT", HttpStatusCode.OK)]
    [InlineData(null, "https://agents.example.net", HttpStatusCode.OK)]
    [InlineData("agents.example.net", null, HttpStatusCode.OK)]
    [InlineData("localhost", null, HttpStatusCode.OK)]
    [InlineData(null, null, HttpStatusCode.OK)]
    public async Task Http_NamesOfOthers_AreRefused(string? hostName, string? origin, HttpStatusCode expected)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_local with { AllowedHosts = ["agents.example.net"] }, site.Contexts(), Token);
        Assert.Equal(expected, await StatusAsync(host, request =>
        {
            request.Headers.Host = hostName;
            request.Headers.TryAddWithoutValidation(
                "Origin", origin?.Replace("PORT", host.Address.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }));
    }

    [Fact]
    public async Task Http_LongRequest_IsRefused()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_local, site.Contexts(), Token);
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, host.Address) { Content = new StringContent(new string(' ', 2_000_000), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        using HttpResponseMessage response = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, static _ => { }));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public async Task Http_ArgumentsThatAreNoObject_AreInvalidParameters(string arguments)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_local, site.Contexts(), Token);
        string session = "";
        string Call(string values) => $$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"guest_list","arguments":{{{values}}} } }""";
        await SendAsync(host, Initialize, "", response => session = string.Concat(response.Headers.GetValues("Mcp-Session-Id")));
        Assert.Contains("\"code\":-32602", await SendAsync(host, Call(arguments), session), StringComparison.Ordinal);
        Assert.Contains("\"structuredContent\"", await SendAsync(host, Call("{}"), session), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api_read", """{"path":"/nodes/\ud800"}""")]
    [InlineData("api_read", """{"path":"/version","path":"/nodes"}""")]
    [InlineData("api_read", """{"path":"/version","\ud800":1}""")]
    [InlineData("api_read", """{"path":"/nodes/pve1/tasks","parameters":{"\udfff":"\ud800"}}""")]
    [InlineData("api_search", """{"query":"\udc00 start"}""")]
    [InlineData("guest_list", """{"filter":"\ud800","fields":"\ud800","limit":1e9}""")]
    [InlineData("plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"name":"\ud800"}}]}""")]
    [InlineData("plan", """{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"description":"\ud800"}}]}""")]
    [InlineData("apply", """{"plan":"\ud800"}""")]
    [InlineData("plan_undo", """{"number":1e400}""")]
    [InlineData("plan_undo", """{"number":"\ud800"}""")]
    [InlineData("plan", """{"calls":DEEP}""")]
    public async Task Http_ArgumentsThatAreHardlyJson_AreAnErrorOfTheCaller(string tool, string arguments)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions { Policy = Policy });
        await using HttpHost host = await HttpHost.StartAsync(s_local, site.Contexts(), Token);
        string deep = new string('[', 50) + new string(']', 50);
        string body = arguments.Replace("DEEP", deep, StringComparison.Ordinal);
        string session = "";
        await SendAsync(host, Initialize, "", response => session = string.Concat(response.Headers.GetValues("Mcp-Session-Id")));
        HttpStatusCode status = default;
        string answer = await SendAsync(
            host,
            $$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{body}}} } }""",
            session,
            response => status = response.StatusCode);
        Assert.True(
            status is HttpStatusCode.BadRequest || (status is HttpStatusCode.OK && (answer.Contains("-32602", StringComparison.Ordinal)
                || answer.Contains("structuredContent", StringComparison.Ordinal))),
            $"{status}: {answer}");
    }

    [Theory]
    [InlineData("tools/call", """{"name":5}""")]
    [InlineData("tools/call", """{"name":null}""")]
    [InlineData("tools/call", """{"name":"no such tool"}""")]
    [InlineData("tools/call", "{}")]
    [InlineData("tools/call", "[]")]
    [InlineData("tools/call", """{"name":"guest_list","_meta":5}""")]
    [InlineData("tools/call", "null")]
    [InlineData("prompts/get", """{"name":5}""")]
    [InlineData("prompts/get", """{"name":"health_review","arguments":{"node":"pve1"}}""")]
    [InlineData("tools/list", """{"cursor":"x"}""")]
    [InlineData("prompts/list", """{"cursor":"x"}""")]
    [InlineData("resources/list", """{"cursor":"x"}""")]
    [InlineData("prompts/get", """{"name":"no such prompt"}""")]
    [InlineData("prompts/get", """{"name":"health_review","arguments":[]}""")]
    [InlineData("resources/read", """{"uri":5}""")]
    [InlineData("resources/read", """{"uri":"file:///etc/passwd"}""")]
    [InlineData("resources/read", """{"uri":"::"}""")]
    [InlineData("resources/read", "{}")]
    public async Task Http_ParametersOfOtherTypes_AreInvalidParameters(string method, string parameters)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(s_local, site.Contexts(), Token);
        string session = "";
        await SendAsync(host, Initialize, "", response => session = string.Concat(response.Headers.GetValues("Mcp-Session-Id")));
        string answer = await SendAsync(host, $$"""{"jsonrpc":"2.0","id":2,"method":"{{method}}","params":{{parameters}} }""", session);
        Assert.True(
            answer.Contains("\"code\":-32602", StringComparison.Ordinal) || answer.Contains("\"code\":-32002", StringComparison.Ordinal), answer);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", null, false)]
    [InlineData("http://[::]:0", null, false)]
    [InlineData("http://192.0.2.1:80", null, true)]
    [InlineData("http://192.0.2.1:80", Secret, false)]
    [InlineData("https://127.0.0.1:0", Secret, false)]
    [InlineData("http://127.0.0.1:0", "short", false)]
    [InlineData("ftp://127.0.0.1", null, false)]
    [InlineData("http://127.0.0.1:0/path", null, false)]
    public async Task Settings_ThatWouldLetOthersIn_AreRefused(string listen, string? token, bool isBehindProxy)
    {
        HttpSettings settings = new() { Listen = new Uri(listen), Token = token, IsBehindProxy = isBehindProxy };
        await Assert.ThrowsAsync<SettingsException>(() => HttpHost.StartAsync(settings, [], Token));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("[::1]", true)]
    [InlineData("localhost", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("localhost.evil.example", false)]
    public void Settings_Loopback_IsWhatOnlyThisMachineReaches(string host, bool expected) =>
        Assert.Equal(expected, new HttpSettings { Listen = new Uri($"http://{host}:80") }.IsLoopback);

    [Theory]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, false)]
    public void TokenFile_ThatOthersCanRead_IsRefused(UnixFileMode mode, bool isTaken)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Secret + "\n");
            Protect(file, mode);
            if (isTaken || OperatingSystem.IsWindows())
            {
                Assert.Equal(Secret, Settings.Token(file));
            }
            else
            {
                Assert.Contains("chmod 600", Assert.Throws<SettingsException>(() => Settings.Token(file)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Protect(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }

    [Fact]
    public async Task Contexts_OfProx_AreServed()
    {
        await using ProxProgram program = await ProxProgram.PrepareAsync(new SessionOptions { WithBackup = true });
        string secret = Path.Combine(program.Site.Folder, "secret");
        await File.WriteAllTextAsync(secret, Simulator.Scenarios.DefaultCluster.TokenSecret + "\n", Token);
        Protect(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string config = program.Environment["PROX_CONFIG"];
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config, Token)).Replace("env:PROX_TEST_SECRET", $"file:{secret}", StringComparison.Ordinal), Token);
        await using HttpHost host = await HttpHost.StartAsync(s_local, new ContextConfig(config).Read([]), Token);
        await using McpClient client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = host.Address }), cancellationToken: Token);
        CallToolResult overview = await client.CallToolAsync("overview", cancellationToken: Token);
        Assert.Equal(2, overview.StructuredContent!.Value.GetProperty("contexts").GetArrayLength());
        Assert.Equal("backup", Assert.Single(new ContextConfig(config).Read(["backup"])).Guard.Context);
        Assert.Throws<SettingsException>(() => new ContextConfig(config).Read(["other"]));
    }

    [Fact]
    public void Contexts_AreGuardedAsProxGuardsThem()
    {
        string folder = Directory.CreateTempSubdirectory("prox-test-").FullName;
        try
        {
            string system = Path.Combine(folder, "system");
            string file = Path.Combine(folder, "contexts.json");
            Write(file, """
                {"contexts":[
                 {"name":"lab","product":"pve","endpoints":["https://pve1.example:8006"],"secret":"env:X","tokenId":"a@pve!b","protectedTags":["prod"]},
                 {"name":"again","product":"pve","endpoints":["https://PVE1.example.:8006"],"secret":"env:X","tokenId":"a@pve!b"},
                 {"name":"other","product":"pve","endpoints":["https://pve2.example:8006"],"secret":"env:X","tokenId":"a@pve!b"}]}
                """);
            string own = Path.Combine(folder, "agents", "lab", "policy.json");
            Write(own, Policy);
            ContextConfig config = new(file) { SystemFolder = system, IsReadOnly = false };
            Assert.Equal([own, own, Path.Combine(folder, "agents", "other", "policy.json")], config.Read([]).Select(static context => context.Guard.PolicyPath));
            Assert.Equal(["lab", "again", "other"], config.Read([]).Select(static context => context.Guard.Context));
            Assert.DoesNotContain(config.Read([]), static context => context.Guard.IsReadOnly);
            Assert.Equal(["prod"], config.Read(["lab"])[0].Guard.ProtectedTags);
            Assert.Empty(config.Read(["other"])[0].Guard.ProtectedTags);

            string machine = Path.Combine(system, "policies", "pve1.example.json");
            Write(machine, Policy);
            Assert.Equal([machine, machine], config.Read(["lab", "again"]).Select(static context => context.Guard.PolicyPath));
            Assert.Single(config.Read(["lab", "again"]).Select(static context => context.Guard.StateFolder).Distinct());
            Assert.All(new ContextConfig(file) { SystemFolder = system, IsReadOnly = true }.Read([]), static context => Assert.True(context.Guard.IsReadOnly));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("b", "a", true)]
    [InlineData("a", "c", false)]
    [InlineData("a", "x", true)]
    [InlineData("x", "y", false)]
    public void Contexts_WhoseAddressesHaveDifferentPolicies_RefuseEverything(string first, string second, bool isFault)
    {
        string folder = Directory.CreateTempSubdirectory("prox-test-").FullName;
        try
        {
            // Two that differ, one that says the same as the first, and one for all others.
            string policies = Path.Combine(folder, "system", "policies");
            Write(Path.Combine(policies, "a.example.json"), Policy);
            Write(Path.Combine(policies, "b.example.json"), """{"version":1}""");
            Write(Path.Combine(policies, "c.example.json"), Policy);
            Write(Path.Combine(policies, "default.json"), """{"version":1}""");
            string file = Path.Combine(folder, "contexts.json");
            Write(file, $$"""
                {"contexts":[{"name":"lab","product":"pve","endpoints":["https://{{first}}.example:8006","https://{{second}}.example:8006"],
                 "secret":"env:X","tokenId":"a@pve!b"}]}
                """);
            GuardOptions guard = Assert.Single(new ContextConfig(file) { SystemFolder = Path.Combine(folder, "system"), IsReadOnly = false }.Read([])).Guard;
            Assert.Equal(isFault, guard.PolicyFault is not null);
            if (isFault)
            {
                Assert.Contains("a.example.json", guard.PolicyFault, StringComparison.Ordinal);
                AgentContext context = new() { Product = ProxmoxProduct.VirtualEnvironment, Guard = guard, Connect = static _ => throw new InvalidOperationException() };
                Assert.Equal("policy", Assert.Throws<GuardRefusedException>(() => new AgentSite(context, []).Policy).Reason);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("\"secret\":\"keyring:lab\",\"tokenId\":\"a@pve!b\"")]
    [InlineData("\"secret\":\"exec:cat x\",\"tokenId\":\"a@pve!b\"")]
    [InlineData("\"secret\":\"env:X\",\"user\":\"root@pam\"")]
    [InlineData("\"secret\":\"env:X\",\"tokenId\":\"a@pve!b\",\"insecure\":true")]
    [InlineData("\"tokenId\":\"a@pve!b\"")]
    public void Contexts_ThatNeedAPerson_AreRefusedAtTheStart(string members)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $$"""{"contexts":[{"name":"lab","product":"pve","endpoints":["https://192.0.2.1:8006"],{{members}} }]}""");
            Assert.Throws<SettingsException>(() => new ContextConfig(file).Read([]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static async Task<string> SendAsync(HttpHost host, string body, string session, Action<HttpResponseMessage>? look = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, host.Address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("Mcp-Session-Id", session.Length > 0 ? session : null);
        using HttpResponseMessage response = await http.SendAsync(request, Token);
        look?.Invoke(response);
        return await response.Content.ReadAsStringAsync(Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpHost host, Action<HttpRequestMessage> change)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, host.Address) { Content = new StringContent(Initialize, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        change(request);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        return response.StatusCode;
    }
}
