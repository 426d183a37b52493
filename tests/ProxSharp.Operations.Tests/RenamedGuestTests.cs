using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>A guest that a plan has renamed is known to people by the name before: who is asked about it is told.</summary>
public sealed class RenamedGuestTests
{
    [Fact]
    public async Task GuestThatWasRenamed_IsToldByItsOldName_ForADay()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        string before = (await cluster.ConfigAsync(106, "name"))!;
        Plan rename = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", "name=tmp");
        await cluster.Guard.ApplyAsync(rename.Id);
        Task<Plan> Delete() => TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");
        bool IsTold(Plan plan, IEnumerable<string> lines) =>
            lines.Any(line => line.StartsWith("Renamed lately: guest 106", StringComparison.Ordinal) && line.Contains(before, StringComparison.Ordinal)
                && line.Contains(rename.Id[..12], StringComparison.Ordinal) && plan.Targets.Count > 0);
        Plan delete = await Delete();
        Assert.True(IsTold(delete, delete.Consequences));
        Plan asked = await cluster.Guard.ExamineAsync(delete.Id);
        Assert.True(IsTold(asked, asked.Describe()));

        cluster.Time.Shift += TimeSpan.FromHours(25);
        Plan later = await Delete();
        Assert.False(IsTold(later, later.Consequences));
    }

    [Fact]
    public async Task GuestThatWasRenamedOften_IsToldByItsLatestNames_AndTheNextOfItsNumberByNone()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        foreach (string name in new[] { "one", "two", "three", "four", "five" })
        {
            await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", $"name={name}")).Id);
        }

        string[] told = [.. (await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "")).Consequences.Where(IsTold)];
        Assert.Equal(3, told.Length);
        Assert.Contains("four", told[^1], StringComparison.Ordinal);

        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync("/nodes/pve1/qemu/106"));
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(5);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=106 name=new-one memory=16")));
        Assert.DoesNotContain((await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "")).Consequences, IsTold);
    }

    private static bool IsTold(string line) => line.StartsWith("Renamed lately: guest 106", StringComparison.Ordinal);

    [Fact]
    public async Task GuestThatHasItsNameAgain_IsNotTold()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", "name=tmp")).Id);
        await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id);
        Plan delete = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");
        Assert.DoesNotContain(delete.Consequences, static line => line.StartsWith("Renamed lately: guest 106 was called “staging”", StringComparison.Ordinal));
    }
}
