using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Storages;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Pve.Tests.Backups;

/// <summary>A backup job of the simulated cluster, from its creation to its backups.</summary>
public sealed class BackupJobSimulatorTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_JobOfTwoNodes_MakesABackupOnEach(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        await using PveClient root = new(cluster.Options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        string id = $"proxsharp-{sync}";
        await root.Cluster.BackupJobs.CreateAsync(
            new ClusterBackupCreateRequest { Id = id, Schedule = "sun 01:00", Storage = "local", VmId = sync ? "106,104" : "200,203", Mode = BackupMode.Stop, Enabled = false }, Token);
        BackupJobRun run = sync ? root.Cluster.BackupJobs.RunNow(id, Token) : await root.Cluster.BackupJobs.RunNowAsync(id, Token);
        Assert.True(run.IsComplete);
        Assert.Equal(["pve1", "pve2"], run.Nodes.Select(static node => node.Node.Value));
        foreach (BackupJobNodeRun node in run.Nodes)
        {
            await node.Task!.WaitForCompletionAsync(Token);
            IReadOnlyList<VolumeInfo> backups = await root.Nodes[node.Node].Storages["local"].Volumes.ListAsync(StorageContent.Backup, node.Guests.Single(), Token);
            Assert.NotEmpty(backups);
        }

        await root.Cluster.BackupJobs.DeleteAsync(id, Token);
    }
}
