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

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/firewall/aliases", "name=aa cidr=10.0.0.1", "/nodes/pve1/qemu/106/firewall/aliases/aa", "cidr=10.0.0.2", "firewall/aliases/aa")]
    [InlineData("/cluster/backup", "id=job1 vmid=106 storage=ceph schedule=daily remove=0", "/cluster/backup/job1", "comment=x", "/cluster/backup/job1")]
    [InlineData("/cluster/ha/resources", "sid=vm:106 state=stopped", "/cluster/ha/resources/vm:106", "comment=x", "/cluster/ha/resources/vm")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local", "", "notes=x", "/nodes/pve1/storage/local/content/")]
    public async Task WhatWasChanged_AndIsGone_IsLeftOut(string list, string made, string path, string change, string named)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        ApiResponse<JsonElement> answer = await root.Raw.PostAsync(list, TextPlans.Parameters(made));
        if (path.Length == 0)
        {
            await cluster.DoneAsync(answer);
            JsonElement backups = (await root.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data;
            path = $"/nodes/pve1/storage/local/content/{backups[0].Text("volid")}";
        }

        string? memory = await cluster.ConfigAsync(106, "memory");
        long number = await ApplyAsync(cluster, TextPlans.Request("PUT", path, change), TextPlans.Request("PUT", Config, "memory=1500"));
        await RemoveAsync(cluster, root, path);

        Plan undo = await cluster.Guard.PlanUndoAsync(number);
        Assert.Contains(undo.Consequences, line => line.StartsWith("Left out", StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(memory, await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task JobThatNamedAGuest_WhichIsGone_IsLeftOut_AndTheRestComesBack()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=900 memory=16")));
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=both vmid=106,900 storage=local schedule=daily remove=0"));
        string? memory = await cluster.ConfigAsync(106, "memory");
        long number = await ApplyAsync(
            cluster, TextPlans.Request("PUT", "/cluster/backup/both", "vmid=106"), TextPlans.Request("PUT", Config, "memory=1500"));
        await RemoveAsync(cluster, root, "/nodes/pve1/qemu/900");

        Plan undo = await cluster.Guard.PlanUndoAsync(number);
        Assert.Contains(undo.Consequences, static line => line.Contains("guest 900, which /cluster/backup/both named", StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(memory, await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task NotesOfABackup_ThatIsGone_AreLeftOut_AndThoseOfOthersAreNot()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"targetsPerPlan":9}}""");
        const string Notes = "/admin/datastore/store1/notes", Snapshots = "/admin/datastore/store1/snapshots";
        string[] keys =
        [
            .. (await server.Other.Raw.GetAsync(Snapshots, TextPlans.Parameters("backup-type=vm backup-id=100"))).Data.EnumerateArray().Take(2)
                .Select(static entry => $"backup-type=vm backup-id=100 backup-time={entry.Text("backup-time")}"),
        ];
        Plan plan = await server.Guard.PlanAsync([.. keys.Select(key => TextPlans.Request("PUT", Notes, $"{key} notes=new"))]);
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        await server.Other.Raw.DeleteAsync(Snapshots, TextPlans.Parameters(keys[0]));

        Plan undo = await server.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Contains(keys[1][^10..], Assert.Single(undo.Calls).ToString(), StringComparison.Ordinal);
        Assert.Contains(undo.Consequences, static line => line.StartsWith("Left out", StringComparison.Ordinal) && line.Contains("backup", StringComparison.Ordinal));
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
