using System.Text.Json;

namespace ProxSharp.Mcp.Tests;

public sealed class RetireToolTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"protect":{"tags":["prod"]},
         "approval":{"disruptive":"none","destructive":"elicitation"}}
        """;

    [Fact]
    public async Task Retire_RunningGuest_IsDoneInTwoCalls()
    {
        await using AgentSession session = await AgentSession.StartAsync(Policy);
        JsonElement plan = await session.DoneAsync("plan_retire", """{"vmid":104}""");
        JsonElement done = await session.DoneAsync("apply", $$"""{"plan":"{{plan.GetProperty("plan").GetString()}}"}""");
        Assert.Equal(2, done.GetProperty("steps").GetArrayLength());
        string upid = done.GetProperty("steps")[0].GetProperty("upid").GetString()!;
        JsonElement log = await session.DoneAsync("task_log", $$"""{"upid":"{{upid}}"}""");
        Assert.True(log.GetProperty("returned").GetInt32() > 0);
    }
}
