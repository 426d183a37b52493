using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Tests.Storages;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Backups;

/// <summary>Backup jobs that are run by hand.</summary>
public sealed class BackupJobRunTests
{
    private const string Guests =
        """
        {"data":[{"id":"qemu/100","type":"qemu","vmid":100,"node":"pve1","pool":"prod"},{"id":"lxc/200","type":"lxc","vmid":200,"node":"pve2","pool":"prod/web"},
        {"id":"qemu/101","type":"qemu","vmid":101,"node":"pve2"},{"id":"qemu/102","type":"qemu","vmid":102,"node":"pve3","pool":"product"}]}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Jobs() => new()
    {
        {
            """{"id":"j","all":1,"exclude":"101,999","storage":"local","mode":"stop","enabled":0,"schedule":"sun 01:00","next-run":1,"comment":"c","repeat-missed":1,"type":"vzdump","prune-backups":{"keep-daily":"7"},"fleecing":{"enabled":1,"storage":"fast"},"notes-template":"{{guestname}}","compress":"zstd"}""",
            "pve1:100:all=1 compress=zstd exclude=101,999 fleecing=enabled=1,storage=fast mode=stop notes-template={{guestname}} prune-backups=keep-daily=7 storage=local|"
                + "pve2:200:all=1 compress=zstd exclude=101,999 fleecing=enabled=1,storage=fast mode=stop notes-template={{guestname}} prune-backups=keep-daily=7 storage=local|"
                + "pve3:102:all=1 compress=zstd exclude=101,999 fleecing=enabled=1,storage=fast mode=stop notes-template={{guestname}} prune-backups=keep-daily=7 storage=local"
        },
        { """{"id":"j","vmid":"101,100,200,555","storage":"local","exclude-path":["/tmp","/x"]}""", "pve1:100:exclude-path=/tmp exclude-path=/x storage=local vmid=100|pve2:101,200:exclude-path=/tmp exclude-path=/x storage=local vmid=101,200" },
        { """{"id":"j","pool":"prod","storage":"local"}""", "pve1:100:pool=prod storage=local|pve2:200:pool=prod storage=local" },
        { """{"id":"j","all":1,"node":"pve3","storage":"local"}""", "pve3:102:all=1 storage=local" },
        { """{"id":"j","pool":"empty","storage":"local"}""", "" },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task RunNow_Job_StartsOnTheNodesThatHoldItsGuests(string job, string expected)
    {
        foreach (bool sync in new[] { true, false })
        {
            using WirePve wire = new(call => Answer(call, job));
            BackupJobRun run = sync ? wire.Pve.Cluster.BackupJobs.RunNow("j", Token) : await wire.Pve.Cluster.BackupJobs.RunNowAsync("j", Token);
            Assert.Equal("j", run.JobId);
            IEnumerable<string> started = wire.Stub.Calls.Where(static call => call.Method == "POST").Zip(
                run.Nodes, static (call, node) => $"{node.Node}:{string.Join(',', node.Guests)}:{Uri.UnescapeDataString(call.BodyText.Replace('&', ' '))}");
            Assert.Equal(expected, string.Join('|', started));
            Assert.All(run.Nodes, static node => Assert.Equal(node.Node.Value, node.Task!.Upid.Node));
            Assert.Equal(job.Contains("555", StringComparison.Ordinal) ? [new VmId(555)] : [], run.Missing);
            Assert.Equal(run.Missing.Count == 0, run.IsComplete);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_NodeThatIsAway_DoesNotKeepTheOthersFromStarting(bool sync)
    {
        using WirePve wire = new(static call => call.Target.StartsWith("/api2/json/nodes/pve2/", StringComparison.Ordinal)
            ? StubHandler.Text(595, "No route to host")
            : Answer(call, """{"id":"j","all":1,"storage":"local"}"""));
        BackupJobRun run = sync ? wire.Pve.Cluster.BackupJobs.RunNow("j", Token) : await wire.Pve.Cluster.BackupJobs.RunNowAsync("j", Token);
        Assert.Equal(["pve1", "pve3"], run.Tasks.Select(static task => task.Upid.Node));
        BackupJobNodeRun away = Assert.Single(run.Nodes, static node => node.Error is not null);
        Assert.Equal(("pve2", null), (away.Node.Value, away.Task));
        Assert.Equal(595, (int)Assert.IsAssignableFrom<ProxmoxApiException>(away.Error).StatusCode);
        Assert.False(run.IsComplete);
    }

    private static HttpResponseMessage Answer(StubCall call, string job)
    {
        string[] parts = call.Target.Split('/');
        return StubHandler.Json(call.Method == "POST"
            ? $$"""{"data":"UPID:{{parts[4]}}:00003721:000488AF:6B035905:vzdump::root@pam:"}"""
            : call.Target.StartsWith("/api2/json/cluster/backup/", StringComparison.Ordinal) ? $$"""{"data":{{job}}}""" : Guests);
    }
}
