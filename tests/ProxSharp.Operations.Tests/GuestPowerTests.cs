using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>What is off, on, or paused already is not changed by a call that makes it so, and its way back does not turn it around.</summary>
public sealed class GuestPowerTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}
        """;

    private const string Off = "/nodes/pve3/qemu/105";
    private const string Machine = "/nodes/pve1/qemu/106";
    private const string Container = "/nodes/pve2/lxc/203";

    [Fact]
    public async Task MachineThatWasOff_IsNotStartedByTheUndoOfAShutdown()
    {
        await using GuardedCluster cluster = await StartAsync();
        Assert.Equal("stopped", await PowerAsync(cluster, Off));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/status/start"));
        ApplyResult done = await ApplyAsync(cluster, ("POST", $"{Off}/status/shutdown", ""), ("POST", $"{Machine}/status/shutdown", ""));

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);

        Assert.Equal($"{Machine}/status/start", Assert.Single(undo.Calls).ConcretePath);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal("stopped", await PowerAsync(cluster, Off));
        Assert.Equal("running", await PowerAsync(cluster, Machine));
    }

    [Fact]
    public async Task StopAndStartInOnePlan_AreBothTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/status/start"));
        ApplyResult done = await ApplyAsync(cluster, ("POST", $"{Machine}/status/stop", ""), ("PUT", $"{Machine}/config", "cores=2"), ("POST", $"{Machine}/status/start", ""));
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal(["shutdown", "config", "start"], undo.Calls.Select(static call => call.ConcretePath[(call.ConcretePath.LastIndexOf('/') + 1)..]));
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal("running", await PowerAsync(cluster, Machine));
    }

    [Theory]
    [InlineData("/status/resume", "")]
    [InlineData("/status/start", "suspend")]
    public async Task MachineThatRuns_IsNotPausedByTheUndoOfAResume(string path, string before)
    {
        await using GuardedCluster cluster = await StartAsync();
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/status/start"));
        if (before.Length > 0)
        {
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/status/{before}"));
            Assert.Equal("paused", (await TextPlans.PlanAsync(cluster, "PUT", $"{Machine}/config", "cores=3")).Targets[0].Facts["power"]);
            GuardRefusedException paused = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "POST", Machine + path, ""));
            Assert.Contains("the guest is paused, and goes on with POST .../status/resume", paused.Message, StringComparison.Ordinal);
            Plan retired = await cluster.Guard.PlanRetirementAsync(106, TimeSpan.FromDays(3));
            Assert.True((await cluster.Guard.ApplyAsync(retired.Id)).IsComplete);
            Assert.Equal("stopped", await PowerAsync(cluster, Machine));
            return;
        }

        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("POST", Machine + path, ""), TextPlans.Request("PUT", $"{Machine}/config", "cores=3")]);
        Assert.DoesNotContain(plan.Undo, static call => call.Path.EndsWith("/suspend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServiceThatRuns_IsNotStoppedByTheUndoOfItsStart()
    {
        await using GuardedCluster cluster = await StartAsync();
        const string service = "/nodes/pve1/services/pvescheduler";
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", $"{service}/start", "");
        Assert.Empty(plan.Undo);
        Assert.Contains(plan.Describe(), static line => line.Contains("state running", StringComparison.Ordinal));
        Plan stop = await TextPlans.PlanAsync(cluster, "POST", $"{service}/stop", "");
        Assert.Equal($"{service}/start", Assert.Single(stop.Undo).ConcretePath);
    }

    [Fact]
    public async Task GuestThatSomebodyHasStopped_IsLeftOutOfTheWayBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        string? memory = await cluster.ConfigAsync(203, "memory", "pve2", "lxc");
        ApplyResult done = await ApplyAsync(cluster, ("PUT", $"{Container}/config", "memory=777"), ("POST", $"{Container}/status/start", ""));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Container}/status/stop"));

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);

        Assert.Contains(undo.Consequences, static line => line.EndsWith("there is nothing to take back: guest 203 is stopped.", StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(memory, await cluster.ConfigAsync(203, "memory", "pve2", "lxc"));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/101", "start", "is running already")]
    [InlineData(Container, "shutdown", "is stopped already")]
    public async Task CallThatTheServerRefuses_IsNotPlannedAmongOthers(string guest, string verb, string said)
    {
        await using GuardedCluster cluster = await StartAsync();
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanAsync(
            [TextPlans.Request("PUT", $"{Machine}/config", "cores=3"), TextPlans.Request("POST", $"{guest}/status/{verb}", "")]));
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    private static Task<GuardedCluster> StartAsync() => GuardedCluster.StartAsync(Policy);

    private static async Task<string?> PowerAsync(GuardedCluster cluster, string guest) =>
        (await cluster.Other.Raw.GetAsync($"{guest}/status/current")).Data.GetProperty("status").GetString();

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, params (string Method, string Path, string Parameters)[] calls)
    {
        Plan plan = await cluster.Guard.PlanAsync([.. calls.Select(static call => TextPlans.Request(call.Method, call.Path, call.Parameters))]);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, result.Steps[^1].Message);
        return result;
    }
}
