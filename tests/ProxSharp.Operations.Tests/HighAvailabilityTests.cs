using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>A task that only asks high availability has not done yet what it was started for, and the rest of a plan must not build on it.</summary>
public sealed class HighAvailabilityTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":2},"approval":{"disruptive":"none"}}
        """;

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("100", "started", "shutdown", "stopped")]
    [InlineData("100", "started", "stop", "stopped")]
    [InlineData("106", "stopped", "start", "running")]
    public async Task Power_ThroughHighAvailability_IsDoneWhenTheGuestIsInTheState(string vmid, string before, string verb, string after)
    {
        await using GuardedCluster cluster = await ManagedAsync(vmid, before);
        Rounds(cluster);

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", $"/nodes/pve1/qemu/{vmid}/status/{verb}", "");
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.True(result.IsComplete, result.Steps[0].Message);
        Assert.Equal("OK", result.Steps[0].Message);
        Assert.Equal(after, await StatusAsync(cluster, vmid));
    }

    [Fact]
    public async Task Retirement_ThroughHighAvailability_FindsTheGuestStopped()
    {
        await using GuardedCluster cluster = await ManagedAsync("100", "started");
        Rounds(cluster);

        Plan plan = await cluster.Guard.PlanRetirementAsync(100, TimeSpan.FromDays(30));

        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        Assert.Equal("stopped", await StatusAsync(cluster, "100"));
        Assert.DoesNotContain("started again", Assert.Single(await cluster.Guard.ListRetiredAsync()).Objection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Power_ThatHighAvailabilityDoesNotBringAbout_IsUnknownAndNothingFollows()
    {
        await using GuardedCluster cluster = await ManagedAsync("100", "started");
        cluster.When(request =>
        {
            // The manager does not come to it, however long it is waited for.
            cluster.Time.Waited += IsLook(request, "100") ? TimeSpan.FromMinutes(6) : TimeSpan.Zero;
            return false;
        });
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu/100/status/shutdown", ""), TextPlans.Request("POST", "/nodes/pve1/qemu/100/config", "description=later"),
        ]);

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        ApplyStep only = Assert.Single(result.Steps);
        Assert.False(only.Succeeded);
        Assert.Contains("High availability was asked to bring guest 100 to the state 'stopped'", only.Message, StringComparison.Ordinal);
        Assert.Single(result.NotMade);
        Assert.Null(await cluster.ConfigAsync(100, "description"));
        Assert.Equal("running", await StatusAsync(cluster, "100"));
    }

    [Fact]
    public async Task Power_ThatHighAvailabilityGivesUp_IsAFailure()
    {
        await using GuardedCluster cluster = await ManagedAsync("106", "stopped");
        Rounds(cluster);
        cluster.FailTask(new TaskFault { Type = "qmstart", Text = "start failed" });

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/status/start", "");
        ApplyStep only = Assert.Single((await cluster.Guard.ApplyAsync(plan.Id)).Steps);

        Assert.False(only.Succeeded);
        Assert.Contains("gave up", only.Message, StringComparison.Ordinal);
        Assert.Equal("stopped", await StatusAsync(cluster, "106"));
    }

    private static async Task<GuardedCluster> ManagedAsync(string vmid, string state)
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using Pve.PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", $"vm:{vmid}" }, { "state", state } });
        cluster.ServerTime.Shift += s_round;
        return cluster;
    }

    // Whenever somebody looks, the manager has come round once more.
    private static void Rounds(GuardedCluster cluster) => cluster.When(request =>
    {
        cluster.ServerTime.Shift += IsLook(request, "") ? s_round : TimeSpan.Zero;
        return false;
    });

    private static bool IsLook(Simulator.SimulatedRequest request, string vmid) =>
        request.Path.EndsWith($"{vmid}/status/current", StringComparison.Ordinal);

    private static async Task<string?> StatusAsync(GuardedCluster cluster, string vmid) =>
        (await cluster.Other.Raw.GetAsync($"/nodes/pve1/qemu/{vmid}/status/current")).Data.Text("status");
}
