using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>Whoever decides about a plan that prunes sees which backups go, and how many stay.</summary>
public sealed class PrunePreviewTests
{
    [Fact]
    public async Task PruneOfAStorage_NamesWhatGoes()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        for (int i = 0; i < 3; i++)
        {
            await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
            cluster.ServerTime.Shift += TimeSpan.FromHours(1);
        }

        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/storage/local/prunebackups", "vmid=106 prune-backups=keep-last=2");
        Assert.Contains(plan.Describe(), static line => line.Contains("removed 1 of 3 backups (qemu/106 of ", StringComparison.Ordinal)
            && line.Contains("kept 2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/admin/datastore/store1/prune", "backup-type=ct backup-id=200 keep-last=1")]
    [InlineData("/admin/datastore/store1/prune", "backup-type=ct backup-id=200 keep-daily=1 keep-weekly=1")]
    [InlineData("/admin/datastore/store1/prune-datastore", "keep-last=1 max-depth=0")]
    [InlineData("/admin/prune/job1/run", "")]
    public async Task PruneOfADatastore_SaysWhatTheServerDoes(string path, string parameters)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(UndoPromiseOfPairsTests.Open);
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=job1 store=store1 schedule=daily keep-weekly=1 max-depth=0"));
        async Task<int> CountAsync()
        {
            IEnumerable<string> found = (await server.Other.Raw.GetAsync("/admin/datastore/store1/snapshots")).Data.EnumerateArray().Select(static each => each.ToString());
            return path.EndsWith("/prune", StringComparison.Ordinal) ? found.Count(static each => each.Contains("\"200\"", StringComparison.Ordinal)) : found.Count();
        }

        int before = await CountAsync();
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", path, parameters)]);
        string told = string.Join('\n', plan.Describe());
        Assert.True((await server.Guard.ApplyAsync(plan.Id)).IsComplete);
        int after = await CountAsync();
        Assert.True(after < before);
        Assert.Contains($"removed {before - after} of {before} backups (", told, StringComparison.Ordinal);
        Assert.Contains($"kept {after}", told, StringComparison.Ordinal);
    }
}
