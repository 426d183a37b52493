using System.Text.Json;
using ModelContextProtocol.Protocol;

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
}
