using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>What others have removed since is left out of an undo, which says so; the rest is taken back.</summary>
public sealed class UndoOfGoneTests
{
    private const string Config = "/nodes/pve1/qemu/106/config";

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/snapshot snapname=patch1", "/nodes/pve1/qemu/106/snapshot/patch1", "snapshot patch1 of guest 106")]
    [InlineData("/nodes/pve1/qemu/106/firewall/aliases name=aa cidr=10.0.0.1", "/nodes/pve1/qemu/106/firewall/aliases/aa", "firewall/aliases/aa")]
    [InlineData("/nodes/pve1/qemu vmid=900 scsi0=local-lvm:1", "/nodes/pve1/qemu/900", "guest 900")]
    [InlineData("/cluster/backup id=job1 vmid=106 storage=ceph schedule=daily remove=0", "/cluster/backup/job1", "/cluster/backup/job1")]
    [InlineData("/pools poolid=side", "/pools/side", "/pools/side")]
    [InlineData("/cluster/firewall/ipset name=set1", "/cluster/firewall/ipset/set1", "ipset/set1")]
    public async Task WhatWasMade_AndIsGone_IsLeftOut(string made, string path, string named)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        string? memory = await cluster.ConfigAsync(106, "memory");
        string[] words = made.Split(' ', 2);
        long number = await ApplyAsync(cluster, TextPlans.Request("POST", words[0], words[1]), TextPlans.Request("PUT", Config, "memory=1500"));
        await RemoveAsync(cluster, root, path);

        Plan undo = await cluster.Guard.PlanUndoAsync(number);
        Assert.Contains(undo.Consequences, line => line.StartsWith("Left out", StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(memory, await cluster.ConfigAsync(106, "memory"));
        Assert.Equal(GuardRefusedException.Unneeded, await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(number)));
    }

    [Fact]
    public async Task WhatWasDoneToAGuest_ThatIsGone_IsLeftOut()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        long number = await ApplyAsync(
            cluster,
            TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=900 scsi0=local-lvm:1"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/900/config", "memory=700"),
            TextPlans.Request("POST", "/pools", "poolid=side"));
        await RemoveAsync(cluster, root, "/nodes/pve1/qemu/900");
        Plan undo = await cluster.Guard.PlanUndoAsync(number);
        Assert.Equal("/pools/side", Assert.Single(undo.Calls).ConcretePath);
        await root.Raw.DeleteAsync("/pools/side");

        // What goes after the undo was planned makes another one of it.
        Assert.Equal(GuardRefusedException.Unneeded, await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(undo.Id)));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(number));
        Assert.Equal(GuardRefusedException.Unneeded, refusal.Reason);
        Assert.Contains("guest 900", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RemoveAsync(GuardedCluster cluster, PveClient root, string path)
    {
        ApiResponse<JsonElement> answer = await root.Raw.DeleteAsync(path);
        if (answer.Data.ValueKind == JsonValueKind.String)
        {
            await cluster.DoneAsync(answer);
        }
    }

    private static async Task<long> ApplyAsync(GuardedCluster cluster, params PlanRequest[] requests)
    {
        ApplyResult done = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanAsync(requests)).Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps.Select(static step => $"{step.Call}: {step.Message}")));
        return done.Steps[^1].LedgerNumber;
    }
}
