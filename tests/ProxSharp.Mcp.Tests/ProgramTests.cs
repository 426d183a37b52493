using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>The built program over its real standard input and output.</summary>
public sealed class ProgramTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Program_WithTheOfficialClient_ReadsPlansAndApplies()
    {
        await using ProxProgram program = await ProxProgram.PrepareAsync(new SessionOptions { WithBackup = true, Policy = Policy });
        List<string> errors = [];
        StdioClientTransport transport = new(new StdioClientTransportOptions
        {
            Command = ProxProgram.Start.Program,
            Arguments = [.. ProxProgram.Start.Arguments, "mcp"],
            EnvironmentVariables = program.Environment.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value),
            StandardErrorLines = errors.Add,
        });
        await using (McpClient client = await McpClient.CreateAsync(transport, cancellationToken: Token))
        {
            Assert.Contains("backup (Proxmox Backup Server)", client.ServerInstructions, StringComparison.Ordinal);
            Assert.Equal(0, program.Site.Pve.Traffic.RequestCount + program.Site.Pbs!.Traffic.RequestCount);
            CallToolResult both = await client.CallToolAsync("overview", cancellationToken: Token);
            Assert.Equal(2, both.StructuredContent!.Value.GetProperty("contexts").GetArrayLength());

            using JsonDocument calls = JsonDocument.Parse("""[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":1024}}]""");
            CallToolResult plan = await client.CallToolAsync("plan", new Dictionary<string, object?> { ["calls"] = calls.RootElement }, cancellationToken: Token);
            string id = plan.StructuredContent!.Value.GetProperty("plan").GetString()!;
            CallToolResult done = await client.CallToolAsync("apply", new Dictionary<string, object?> { ["plan"] = id }, cancellationToken: Token);
            Assert.True(done.StructuredContent!.Value.GetProperty("complete").GetBoolean());
        }

        Assert.Empty(errors);
        Assert.Equal("1024", (await program.Site.OtherPve.Raw.GetAsync("/nodes/pve1/qemu/106/config")).Data.GetProperty("memory").ToString());
    }

    [Fact]
    public async Task Program_StandardOutput_HoldsTheProtocolAlone()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions { WithBackup = true }, "--debug-http");
        await program.InitializeAsync();
        await program.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await program.AskAsync(2, "tools/list");
        JsonElement overview = await program.AskAsync(3, "tools/call", """{"name":"overview","arguments":{}}""");
        Assert.Equal(2, overview.GetProperty("result").GetProperty("structuredContent").GetProperty("contexts").GetArrayLength());
        Assert.Equal(0, await program.CloseAsync());
        Assert.All(program.Output, static line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.Equal("2.0", document.RootElement.GetProperty("jsonrpc").GetString());
        });

        // The log of the calls is on the other stream, without the secret.
        Assert.Contains(program.Errors, static line => line.Contains("/cluster/resources", StringComparison.Ordinal));
        Assert.DoesNotContain(program.Errors.Concat(program.Output), static line => line.Contains(DefaultCluster.TokenSecret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_ClientThatCanDoEverything_IsServed()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        JsonElement welcome = await program.AskAsync(1, "initialize", """
            {"protocolVersion":"2025-06-18","clientInfo":{"name":"test","version":"1","title":"T"},"capabilities":{"sampling":{"tools":{},"context":{}},
            "roots":{"listChanged":true},"elicitation":{"form":{},"url":{}},"experimental":{"x":{"y":1.5}}}}
            """.ReplaceLineEndings(" "));
        Assert.Equal("2025-06-18", welcome.GetProperty("result").GetProperty("protocolVersion").GetString());
        await program.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await program.SendAsync("""{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""");
        Assert.Equal(JsonValueKind.Object, (await program.AskAsync(2, "ping")).GetProperty("result").ValueKind);
        Assert.Equal(JsonValueKind.Object, (await program.AskAsync(3, "logging/setLevel", """{"level":"debug"}""")).GetProperty("result").ValueKind);
        foreach ((int id, string list) in new[] { (4, "resources"), (5, "prompts"), (6, "tools") })
            Assert.NotEqual(0, (await program.AskAsync(id, list + "/list")).GetProperty("result").GetProperty(list).GetArrayLength());
        Assert.NotEqual(0, (await program.AskAsync(7, "roots/list")).GetProperty("error").GetProperty("code").GetInt32());
        JsonElement found = await program.AskAsync(8, "tools/call", """{"name":"api_search","arguments":{"query":"vm"},"_meta":{"progressToken":1.5}}""");
        Assert.False(found.GetProperty("result").TryGetProperty("isError", out JsonElement wrong) && wrong.GetBoolean());
        Assert.Equal(0, await program.CloseAsync());
    }

    [Theory]
    [InlineData("lab")]
    [InlineData("")]
    public async Task Program_PlanThatNeedsAPerson_NamesTheContextInTheCommand(string served)
    {
        await using ProxProgram program = await ProxProgram.StartAsync(
            new SessionOptions { Policy = """{"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"prompt"}}""" },
            served.Length > 0 ? [served] : []);
        await program.InitializeAsync();
        JsonElement plan = await program.AskAsync(
            2, "tools/call", """{"name":"plan","arguments":{"calls":[{"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":1024}}]}}""");
        string id = plan.GetProperty("result").GetProperty("structuredContent").GetProperty("plan").GetString()!;
        JsonElement answer = await program.AskAsync(3, "tools/call", $$$"""{"name":"apply","arguments":{"plan":"{{{id}}}"}}""");

        JsonElement failure = answer.GetProperty("result").GetProperty("structuredContent");
        Assert.Equal("refused-approval", failure.GetProperty("error").GetString());
        Assert.Contains($"a person runs at a terminal: prox -c lab approve {id[..12]}", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await program.CloseAsync());
    }

    [Theory]
    [InlineData("this is no JSON")]
    [InlineData("{\"jsonrpc\":\"2.0\"}")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":5}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"no/such\",\"params\":{}}")]
    [InlineData("\u0000\u0001")]
    public async Task Program_MalformedInput_IsSurvived(string line)
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        await program.InitializeAsync();
        await program.SendAsync(line);
        JsonElement after = await program.AskAsync(8, "tools/call", """{"name":"guest_list","arguments":{"limit":1}}""");
        Assert.Equal(1, after.GetProperty("result").GetProperty("structuredContent").GetProperty("returned").GetInt32());
        Assert.Equal(0, await program.CloseAsync());
    }

    [Theory]
    [InlineData("this is no JSON", -32700)]
    [InlineData("[1,2,3]", -32600)]
    [InlineData("{\"jsonrpc\":\"2.0\"}", -32600)]
    public async Task Program_WhatIsNoMessage_IsAnsweredOnce(string line, int code)
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        await program.InitializeAsync();
        await program.SendAsync(line);
        await program.AskAsync(2, "ping");
        Assert.Equal(0, await program.CloseAsync());
        Assert.Equal(3, program.Output.Count);
        using JsonDocument answer = JsonDocument.Parse(program.Output[1]);
        Assert.Equal(JsonValueKind.Null, answer.RootElement.GetProperty("id").ValueKind);
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Program_RequestThatIsNoMessageButHasAnId_IsAnsweredOnceByThat()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        await program.InitializeAsync();
        await program.SendAsync("""{"id":7,"method":"ping"}""");
        await program.AskAsync(2, "ping");
        Assert.Equal(0, await program.CloseAsync());
        Assert.Single(program.Output, static line => line.Contains("\"id\":7,\"error\":{\"code\":-32600", StringComparison.Ordinal));
        Assert.Equal(3, program.Output.Count);
    }

    [Fact]
    public async Task Program_OversizedArguments_AreRefusedByTheTool()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        await program.InitializeAsync();
        string big = new('x', 5_000_000);
        JsonElement answer = await program.AskAsync(2, "tools/call", $$$"""{"name":"api_search","arguments":{"query":"{{{big}}}"}}""");
        Assert.Equal("usage", answer.GetProperty("result").GetProperty("structuredContent").GetProperty("error").GetString());
        Assert.True(answer.GetRawText().Length < 2000);
        Assert.Equal(0, await program.CloseAsync());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("7")]
    public async Task Program_ArgumentsThatAreNoObject_AreInvalidParameters(string arguments)
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions());
        await program.InitializeAsync();
        JsonElement answer = await program.AskAsync(2, "tools/call", $$"""{"name":"api_search","arguments":{{arguments}}}""");
        Assert.Equal(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains("object", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        // The server has not suffered, and arguments that are left out or null are none.
        JsonElement after = await program.AskAsync(3, "tools/call", """{"name":"guest_list","arguments":{"limit":1}}""");
        Assert.Equal(1, after.GetProperty("result").GetProperty("structuredContent").GetProperty("returned").GetInt32());
        foreach ((int id, string none) in new[] { (4, ""), (5, ",\"arguments\":null") })
        {
            Assert.True((await program.AskAsync(id, "tools/call", $$"""{"name":"overview"{{none}}}""")).TryGetProperty("result", out _));
        }

        Assert.Equal(0, await program.CloseAsync());
    }

    [Fact]
    public async Task Program_InputEndsInTheMiddleOfACall_StopsByItself()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions { TaskDuration = TimeSpan.FromMinutes(10) });
        await program.InitializeAsync();
        string upid = (await program.Site.OtherPve.Raw.PostAsync("/nodes/pve1/qemu/106/status/start")).Data.GetString()!;
        int before = program.Site.Pve.Traffic.Requests.Count;
        await program.SendAsync($$$"""{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"task_wait","arguments":{"upid":"{{{upid}}}","seconds":600} } }""");
        await UntilAsync(() => program.Site.Pve.Traffic.Requests.Count > before);
        Assert.Equal(0, await program.CloseAsync());
    }

    [Fact]
    public async Task Program_StoppedWhileAPlanIsApplied_LeavesASoundLedger()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions { Policy = Policy, TaskDuration = TimeSpan.FromMinutes(10) });
        await program.InitializeAsync();
        JsonElement plan = await program.AskAsync(
            2, "tools/call", """{"name":"plan","arguments":{"calls":[{"method":"POST","path":"/nodes/pve1/qemu/100/status/reboot"}]}}""");
        string id = plan.GetProperty("result").GetProperty("structuredContent").GetProperty("plan").GetString()!;
        await program.SendAsync($$$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"apply","arguments":{"plan":"{{{id}}}","seconds":600} } }""");
        await UntilAsync(() => program.Site.Requests().Any(static request => request.Method == "POST"));
        Assert.Equal(0, await program.CloseAsync());
        Operations.Ledgers.Ledger ledger = new(Path.Combine(program.Site.Folder, "agents", "lab"));
        Assert.True(ledger.Verify().IsSound, ledger.Verify().Fault);

        // A task that takes its time is on record before, too.
        Operations.Ledgers.LedgerEntry[] entries = [.. ledger.List().Where(static entry => entry.PlanId.Length > 0 && entry.Kind != "task")];
        Assert.Equal(["intent", "outcome"], entries.Select(static entry => entry.Kind));
        Assert.StartsWith("UPID:pve1:", entries[1].Facts.GetProperty("upid").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_ContextsByName_ServesTheseAlone()
    {
        await using ProxProgram program = await ProxProgram.StartAsync(new SessionOptions { WithBackup = true }, "backup");
        JsonElement answer = await program.InitializeAsync();
        string instructions = answer.GetProperty("result").GetProperty("instructions").GetString()!;
        Assert.Contains("Contexts: backup (Proxmox Backup Server).", instructions, StringComparison.Ordinal);
        JsonElement tools = await program.AskAsync(2, "tools/list");
        Assert.DoesNotContain(tools.GetProperty("result").GetProperty("tools").EnumerateArray(), static tool => tool.GetProperty("name").GetString() == "guest_list");
        Assert.Equal(0, await program.CloseAsync());
    }

    [Fact]
    public async Task Program_SecretThatIsMissing_IsSaidByTheToolThatNeedsIt()
    {
        await using ProxProgram program = await ProxProgram.PrepareAsync(new SessionOptions());
        StdioClientTransport transport = new(new StdioClientTransportOptions
        {
            Command = ProxProgram.Start.Program,
            Arguments = [.. ProxProgram.Start.Arguments, "mcp"],
            EnvironmentVariables = new Dictionary<string, string?> { ["PROX_CONFIG"] = program.Environment["PROX_CONFIG"] },
        });
        await using McpClient client = await McpClient.CreateAsync(transport, cancellationToken: Token);
        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: Token));
        CallToolResult answer = await client.CallToolAsync("guest_list", cancellationToken: Token);
        Assert.Equal("connection", answer.StructuredContent!.Value.GetProperty("error").GetString());
        Assert.Contains("PROX_TEST_SECRET", AgentSession.TextOf(answer), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(Token);
        }
    }
}
