using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>What a plan says beforehand, that would otherwise be told by a failed task, or by what is left behind.</summary>
public sealed class ForesightTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":3},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    private const string Machine = "/nodes/pve1/qemu/106";

    [Fact]
    public async Task Clone_IntoAPoolThatIsNotThere_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "POST", $"{Machine}/clone", "newid=300 pool=nopool"));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("there is no pool 'nopool'", refusal.Message, StringComparison.Ordinal);
        await TextPlans.PlanAsync(cluster, "POST", $"{Machine}/clone", "newid=300 pool=production");
        Assert.Equal("target", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", "vmid=300 pool=nopool")));
    }

    [Fact]
    public async Task Migration_OfAGuestWithADiskOnItsNodeAlone_NamesTheDisk()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan shared = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/100/migrate", "target=pve2 online=1");
        Assert.DoesNotContain(shared.Consequences, static line => line.StartsWith("Local to the node", StringComparison.Ordinal));

        string stopped = Assert.Single(await MigrationAsync(cluster, ""), IsLocal);
        Assert.Contains("local-lvm:vm-106-disk-", stopped, StringComparison.Ordinal);
        Assert.EndsWith("; they are copied.", stopped, StringComparison.Ordinal);

        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/status/start"));
        Assert.Contains("unless with-local-disks=1 is set", Assert.Single(await MigrationAsync(cluster, " online=1"), IsLocal), StringComparison.Ordinal);
        Assert.EndsWith("; they are copied.", Assert.Single(await MigrationAsync(cluster, " online=1 with-local-disks=1"), IsLocal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfADiskThatWasAdded_SaysThatItStaysAsAnUnusedOne()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{Machine}/config", "scsi5=local-lvm:1");
        Assert.Contains(plan.Describe(), static line => line.StartsWith("- ", StringComparison.Ordinal) && IsLeft(line));
        Assert.DoesNotContain(plan.Consequences, IsLeft);

        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Plan back = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Single(back.Consequences, IsLeft);
        Assert.True((await cluster.Guard.ApplyAsync(back.Id)).IsComplete);
        Assert.NotNull(await cluster.ConfigAsync(106, "unused0"));
    }

    [Theory]
    [InlineData("delete=net0")]
    [InlineData("delete=description")]
    [InlineData("delete=balloon")]
    [InlineData("memory=1024")]
    public async Task Change_ThatTakesNoDisk_SaysNothingOfOne(string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.DoesNotContain((await TextPlans.PlanAsync(cluster, "PUT", $"{Machine}/config", parameters)).Describe(), IsLeft);
    }

    private static bool IsLocal(string line) => line.StartsWith("Local to the node of guest 106: ", StringComparison.Ordinal);

    private static bool IsLeft(string line) => line.Contains("A disk that is taken from guest 106 stays with it as an unused one", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> MigrationAsync(GuardedCluster cluster, string parameters) =>
        (await TextPlans.PlanAsync(cluster, "POST", $"{Machine}/migrate", $"target=pve2{parameters}")).Consequences;
}
