using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Pve;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Mcp.Tests;

/// <summary>Which context an answer is about is said by the answer: numbers and calls mean something else in another one.</summary>
public sealed class SeveralContextTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}
        """;

    private const string Verify = """[{"method":"POST","path":"/admin/datastore/store1/verify"}]""";

    private static SessionOptions Both => new() { WithBackup = true, Policy = Policy };

    [Fact]
    public async Task Apply_NamesTheContextOfThePlan()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        CallToolResult made = await session.CallAsync("plan", $$"""{"context":"backup","calls":{{Verify}}}""");
        string plan = made.StructuredContent!.Value.GetProperty("plan").GetString()!;
        Assert.StartsWith($"plan {plan} in backup (", AgentSession.TextOf(made), StringComparison.Ordinal);

        CallToolResult done = await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        Assert.Equal("backup", done.StructuredContent!.Value.GetProperty("context").GetString());
        Assert.Contains("(number 2 in backup)", AgentSession.TextOf(done), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfTheOnlyContext_DoesNotSayItAgain()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        string plan = await session.PlanAsync(Memory(3072));
        Assert.EndsWith("(number 2)", AgentSession.TextOf(await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfANumberThatSeveralContextsHave_IsRefused()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        await ApplyAsync(session, Memory(3072), "lab");
        await ApplyAsync(session, Notes("new"), "backup");

        JsonElement failure = await session.FailureAsync("plan_undo", """{"number":2}""");

        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.Contains("entry 2 in lab and backup", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("'context'", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("backup", (await session.DoneAsync("plan_undo", """{"context":"backup","number":2}""")).GetProperty("context").GetString());
        Assert.Equal("refused-unknown-entry", await session.RefusedAsync("plan_undo", """{"number":99}"""));

        // What only one of them has is meant.
        await ApplyAsync(session, Notes("newer"), "backup");
        JsonElement undo = await session.DoneAsync("plan_undo", """{"number":4}""");
        Assert.Equal("backup", undo.GetProperty("context").GetString());
        Assert.Contains("/admin/datastore/store1/group-notes", undo.GetProperty("calls")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfALedgerThatTwoContextsHave_TakesTheContextOfThePlan()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithReader = true, Policy = Policy });
        await ApplyAsync(session, Memory(3072), "lab");
        Assert.Equal("lab", (await session.DoneAsync("plan_undo", """{"number":2}""")).GetProperty("context").GetString());
        JsonElement audit = await session.DoneAsync("audit_list");
        Assert.Equal(2, audit.GetProperty("total").GetInt32());
        Assert.All(audit.GetProperty("rows").EnumerateArray(), static row => Assert.Equal("lab", row.GetProperty("context").GetString()));
    }

    [Fact]
    public async Task AuditList_WithoutAContext_HasTheChangesOfAll_NewestFirst()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        await ApplyAsync(session, Verify, "backup");
        await ApplyAsync(session, Memory(3072), "lab");

        JsonElement audit = await session.DoneAsync("audit_list");

        Assert.True(audit.GetProperty("sound").GetBoolean());
        string[] contexts = [.. audit.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("context").GetString()!)];
        Assert.Equal(["lab", "lab", "backup"], contexts.Take(3));
        Assert.Equal(2, (await session.DoneAsync("audit_list", """{"filter":"context=lab"}""")).GetProperty("total").GetInt32());
        Assert.Equal(2, (await session.DoneAsync("audit_list", """{"context":"lab"}""")).GetProperty("total").GetInt32());

        // A ledger that was written into hides none of the others.
        await File.AppendAllTextAsync(Path.Combine(session.Site.StateFolder("backup"), "ledger.jsonl"), "no entry\n", TestContext.Current.CancellationToken);
        CallToolResult broken = await session.CallAsync("audit_list");
        Assert.False(broken.StructuredContent!.Value.GetProperty("sound").GetBoolean());
        Assert.StartsWith("THE LEDGER OF backup IS NOT SOUND: ", AgentSession.TextOf(broken), StringComparison.Ordinal);
        Assert.Contains("/qemu/106/config", AgentSession.TextOf(broken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskList_WithoutAContext_HasTheTasksOfAll()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        session.Pbs!.Faults.FailTask(new TaskFault { Type = "verify", Text = "verification failed" });
        string plan = await session.PlanAsync(Verify, "backup");
        await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");
        session.Pve.Faults.FailTask(new TaskFault { Type = "qmsnapshot", Text = "no space left" });
        plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/106/snapshot","parameters":{"snapname":"before"}}]""", "lab");
        await session.CallAsync("apply", $$"""{"plan":"{{plan}}"}""");

        CallToolResult failed = await session.CallAsync("task_list", """{"failed":true}""");

        Assert.Equal(["backup", "lab"], Contexts(failed.StructuredContent!.Value).Order());
        Assert.StartsWith("context\t", AgentSession.TextOf(failed), StringComparison.Ordinal);
        Assert.Equal(["backup"], Contexts(await session.DoneAsync("task_list", """{"failed":true,"context":"backup"}""")));
        Assert.Equal(["backup"], Contexts(await session.DoneAsync("task_list", """{"failed":true,"filter":"context=backup"}""")));
        Assert.Single(Contexts(await session.DoneAsync("task_list", """{"failed":true,"limit":1}""")));

        session.Pbs.Faults.When(static _ => true, Fault.DropBeforeExecution, 100);
        JsonElement part = await session.DoneAsync("task_list", """{"failed":true}""");
        Assert.Equal(["lab"], Contexts(part));
        Assert.StartsWith("backup: ", part.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BackupList_OfAStorageThatAnotherContextHas_SaysWhich()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement failure = await session.FailureAsync("backup_list", """{"datastore":"local"}""");
        Assert.EndsWith("lab has one of that name: call again with context=lab.", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access_list", "{}", "of lab; ask for others with context=backup")]
    [InlineData("access_list", """{"user":"demo@pve"}""", "of lab; ask for others with context=backup")]
    [InlineData("api_read", """{"path":"/version"}""", "of lab; ask for others with context=backup")]
    [InlineData("api_describe", """{"method":"GET","path":"/version"}""", "of lab; ask for others with context=backup")]
    [InlineData("access_list", """{"context":"lab"}""", null)]
    [InlineData("api_read", """{"context":"lab","path":"/version"}""", null)]
    [InlineData("guest_list", "{}", null)]
    public async Task AnswerAboutOneContext_SaysWhich(string tool, string arguments, string? expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        CallToolResult result = await session.CallAsync(tool, arguments);
        string? note = result.StructuredContent!.Value.TryGetProperty("note", out JsonElement said) ? said.GetString() : null;
        Assert.Equal(expected, note);
        Assert.True(expected is null || AgentSession.TextOf(result).Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task GuestList_OfTheFirstOfTwoClusters_SaysWhich()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithReader = true });
        Assert.Equal("of lab; ask for others with context=reader", (await session.DoneAsync("guest_list")).GetProperty("note").GetString());
    }

    [Theory]
    [InlineData("api_describe", """{"method":"POST","path":"/admin/datastore/{store}/prune"}""", "context=backup")]
    [InlineData("api_describe", """{"method":"POST","path":"/admin/datastore/store1/prune"}""", "context=backup")]
    [InlineData("api_read", """{"path":"/admin/datastore/store1/snapshots"}""", "context=backup")]
    [InlineData("plan", """{"calls":[{"method":"POST","path":"/admin/datastore/store1/verify"}]}""", "context=backup")]
    [InlineData("plan", """{"context":"backup","calls":[{"method":"POST","path":"/nodes/pve1/qemu/106/status/start"}]}""", "context=lab")]
    public async Task CallOfAnotherProduct_IsToldWithItsContext(string tool, string arguments, string expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        JsonElement failure = await session.FailureAsync(tool, arguments);
        Assert.Equal("usage", failure.GetProperty("error").GetString());
        Assert.EndsWith($"call again with {expected}.", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiSearch_WithoutAContext_SearchesAllProducts()
    {
        await using AgentSession session = await AgentSession.StartAsync(Both);
        JsonElement first = (await session.DoneAsync("api_search", """{"query":"datastore prune","limit":3}""")).GetProperty("rows")[0];
        Assert.Equal("backup", first.GetProperty("context").GetString());
        Assert.Contains("/prune", first.GetProperty("endpoint").GetString(), StringComparison.Ordinal);
        JsonElement lab = await session.DoneAsync("api_search", """{"query":"datastore prune","context":"lab"}""");
        Assert.All(lab.GetProperty("rows").EnumerateArray(), static row => Assert.Equal("lab", row.GetProperty("context").GetString()));
    }

    [Fact]
    public async Task TaskOfASecondCluster_IsFoundWithoutItsContext()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithSecond = true });
        await using PveClient second = new(session.Site.SecondOptions);
        string upid = (await second.Raw.PostAsync("/nodes/pve1/qemu/106/snapshot", new() { { "snapname", "before" } })).Data.GetString()!;

        Assert.Equal("succeeded", (await session.DoneAsync("task_wait", $$"""{"upid":"{{upid}}"}""")).GetProperty("outcome").GetString());
        Assert.NotEqual(0, (await session.DoneAsync("task_log", $$"""{"upid":"{{upid}}"}""")).GetProperty("total").GetInt64());
        Assert.Equal(["second"], Contexts(await session.DoneAsync("task_list", $$"""{"filter":"upid='{{upid}}'"}""")));
        CallToolResult named = await session.CallAsync("task_log", $$"""{"context":"lab","upid":"{{upid}}"}""");
        Assert.True(named.IsError);
        Assert.True((await session.CallAsync("task_log", $$"""{"upid":"{{upid.Replace(":106:", ":107:", StringComparison.Ordinal)}}"}""")).IsError);
    }

    private static string Memory(int mebibytes) =>
        $$"""[{"method":"POST","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":{{mebibytes}}} }]""";

    private static string Notes(string text) =>
        $$"""[{"method":"PUT","path":"/admin/datastore/store1/group-notes","parameters":{"backup-type":"host","backup-id":"laptop","notes":"{{text}}"} }]""";

    private static async Task ApplyAsync(AgentSession session, string calls, string context)
    {
        string plan = await session.PlanAsync(calls, context);
        Assert.True((await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""")).GetProperty("complete").GetBoolean());
    }

    private static IEnumerable<string?> Contexts(JsonElement answer) =>
        answer.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("context").GetString());
}
