using System.Text.Json;
using ProxSharp.Pve;

namespace ProxSharp.Mcp.Tests;

/// <summary>The list of the cluster shows names and states up to 10 s late, here for as long as a test runs: who has just changed a guest reads what it is now.</summary>
public sealed class LateListTests
{
    private static readonly SessionOptions s_late = new()
    {
        Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}""",
        StatusInterval = TimeSpan.MaxValue,
    };

    [Fact]
    public async Task Change_IsSeenInAllLists()
    {
        await using AgentSession session = await AgentSession.StartAsync(s_late);
        string plan = await session.PlanAsync("""
            [{"method":"POST","path":"/nodes/pve1/qemu/100/status/stop","parameters":{}},
             {"method":"PUT","path":"/nodes/pve1/qemu/101/config","parameters":{"name":"renamed-9"}}]
            """);
        int running = (await session.DoneAsync("overview", "{}")).GetProperty("guests").GetProperty("running").GetInt32();

        await session.DoneAsync("apply", $$"""{"plan":"{{plan}}"}""");

        Assert.Equal("stopped", await ShownAsync(session, 100, "status"));
        Assert.Equal("renamed-9", await ShownAsync(session, 101, "name"));
        Assert.Equal("stopped", await ListedAsync(session, 100, "status"));
        Assert.Equal("renamed-9", await ListedAsync(session, 101, "name"));
        Assert.Equal(running - 1, (await session.DoneAsync("overview", "{}")).GetProperty("guests").GetProperty("running").GetInt32());
    }

    [Fact]
    public async Task ChangeOfSomebodyElse_IsSeenWhereTheGuestItselfIsShown()
    {
        await using AgentSession session = await AgentSession.StartAsync(s_late);
        await session.Other.Vms[100].StopAsync().WaitForCompletionAsync();

        Assert.Equal("stopped", await ShownAsync(session, 100, "status"));
        Assert.Equal("running", await ListedAsync(session, 100, "status"));
    }

    [Fact]
    public async Task Retirement_OfAGuestThatWasStartedJustNow_StopsIt()
    {
        await using AgentSession session = await AgentSession.StartAsync(s_late);
        await session.Other.Vms[106].StartAsync().WaitForCompletionAsync();
        JsonElement plan = await session.DoneAsync("plan_retire", """{"vmid":106}""");
        Assert.Contains("/status/shutdown", plan.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string?> ShownAsync(AgentSession session, int vmid, string member) =>
        (await session.DoneAsync("guest_show", $$"""{"vmid":{{vmid}}}""")).GetProperty("guest").GetProperty(member).GetString();

    private static async Task<string?> ListedAsync(AgentSession session, int vmid, string member)
    {
        JsonElement list = await session.DoneAsync("guest_list", $$"""{"filter":"vmid={{vmid}}"}""");
        return list.GetProperty("rows")[0].GetProperty(member).GetString();
    }
}
