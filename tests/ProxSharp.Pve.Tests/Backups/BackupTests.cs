using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Storages;
using ProxSharp.Pve.Tests.Storages;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Backups;

/// <summary>Backups now, and what their logs tell.</summary>
public sealed class BackupTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private const string Started = """{"data":"UPID:pve1:00003721:000488AF:6B035905:vzdump:210:root@pam:"}""";

    private static readonly StorageId s_local = StorageId.Parse("local");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BackupAndWait_OfAGuest_NamesTheBackup(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        Guest guest = sync ? await cluster.Pve.FindVmAsync(new VmId(106), Token) : await cluster.Pve.FindContainerAsync(new VmId(200), Token);
        BackupOptions options = new() { Storage = s_local, Mode = BackupMode.Stop, Compress = BackupCompress.Zstd, NotesTemplate = "{{guestname}} by test", IsProtected = true };
        BackupResult result = sync ? guest.BackupAndWait(options, Token) : await guest.BackupAndWaitAsync(options, Token);
        GuestBackup backup = Assert.Single(result.Guests);
        Assert.Equal((guest.Id, sync ? GuestType.Qemu : GuestType.Lxc, true), (backup.Guest, backup.Type, backup.IsComplete));
        VolumeId id = Assert.Single(result.Volumes);
        Assert.StartsWith($"local:backup/vzdump-{backup.Type}-{guest.Id}-", id.ToString(), StringComparison.Ordinal);

        Storage storage = cluster.Pve.Nodes[result.Task.Upid.Node].Storages[s_local];
        VolumeInfo info = Assert.Single(await storage.Volumes.ListAsync(StorageContent.Backup, guest.Id, Token));
        Assert.Equal((id, true, backup.Type), (info.Id, info.IsProtected, info.GuestType));
        Assert.EndsWith(" by test", info.Notes, StringComparison.Ordinal);

        // A protected backup is not deleted before it is set free.
        Volume volume = storage.Volumes[id];
        PveTask refused = await volume.DeleteAsync(Token);
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => refused.WaitForCompletionAsync(Token));
        VolumeUpdate free = new() { IsProtected = false, Notes = "free" };
        if (sync)
        {
            volume.Update(free, Token);
        }
        else
        {
            await volume.UpdateAsync(free, Token);
        }

        VolumeDetails details = sync ? volume.Get(Token) : await volume.GetAsync(Token);
        Assert.Equal(("free", false), (details.Notes, details.IsProtected));
        await (await volume.DeleteAsync(Token)).WaitForCompletionAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BackupAndWait_OfANode_TellsEachGuest(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        Node node = cluster.Pve.Nodes["pve2"];
        BackupSelection selection = BackupSelection.All(new VmId(101));
        BackupOptions options = new() { Storage = s_local, Mode = BackupMode.Snapshot };
        BackupResult result = sync ? node.BackupAndWait(selection, options, Token) : await node.BackupAndWaitAsync(selection, options, Token);
        Assert.NotEmpty(result.Guests);
        Assert.All(result.Guests, static guest => Assert.True(guest.IsComplete));
        Assert.Equal(result.Guests.Count, result.Volumes.Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_AllSet_IsSent(bool sync)
    {
        using WirePve wire = new(Started);
        BackupOptions options = new()
        {
            Storage = s_local,
            Mode = BackupMode.Suspend,
            Compress = BackupCompress.Zstd,
            NotesTemplate = "{{vmid}}",
            IsProtected = true,
            Retention = new PruneBackups { KeepLast = 3 },
            BandwidthLimit = 1000,
            IoPriority = 8,
            NotificationMode = NotificationMode.NotificationSystem,
            MailNotification = MailNotification.Failure,
            MailTo = ["a@example.org", "b@example.org"],
            Fleecing = new BackupFleecing { Enabled = true, Storage = "fast" },
            Performance = new BackupPerformance { MaxWorkers = 4 },
            ChangeDetection = PbsChangeDetectionMode.Metadata,
            ExcludePaths = ["/tmp", "/var/cache"],
            LockWait = TimeSpan.FromSeconds(90),
            StopWait = TimeSpan.FromMinutes(5),
            ZstdThreads = 2,
            GzipThreads = 1,
        };
        Node node = wire.Pve.Nodes["pve1"];
        BackupSelection selection = BackupSelection.Of(new VmId(100), new VmId(210));
        PveTask task = sync ? node.Backup(selection, options, Token) : await node.BackupAsync(selection, options, Token);
        Assert.Equal("vzdump", task.Upid.Type);
        Assert.Equal("POST /api2/json/nodes/pve1/vzdump", wire.LastRequest);
        Assert.Equal(
            "bwlimit=1000&compress=zstd&exclude-path=/tmp&exclude-path=/var/cache&fleecing=1,storage=fast&ionice=8&lockwait=2&mailnotification=failure"
                + "&mailto=a@example.org,b@example.org&mode=suspend&notes-template={{vmid}}&notification-mode=notification-system&pbs-change-detection-mode=metadata"
                + "&performance=max-workers=4&pigz=1&protected=1&prune-backups=keep-last=3&remove=1&stopwait=5&storage=local&vmid=100,210&zstd=2",
            wire.LastBody);
    }

    [Theory]
    [InlineData("all", "all=1&exclude=100,101&remove=0")]
    [InlineData("everything", "all=1&remove=0")]
    [InlineData("pool", "pool=a/b&remove=0")]
    [InlineData("prune", "remove=1&vmid=100")]
    public void Backup_ByDefault_RemovesNothing(string what, string body)
    {
        using WirePve wire = new(Started);
        BackupSelection selection = what switch
        {
            "all" => BackupSelection.All(new VmId(100), new VmId(101)),
            "everything" => BackupSelection.All(),
            "pool" => BackupSelection.Pool("a/b"),
            _ => BackupSelection.Of(new VmId(100)),
        };
        wire.Pve.Nodes["pve1"].Backup(selection, what == "prune" ? new BackupOptions { Prune = true } : null, Token);
        Assert.Equal(body, wire.LastBody);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_NoGuestOnTheNode_IsNotTakenForSuccess(bool sync)
    {
        using WirePve wire = new("""{"data":"OK"}""");
        Node node = wire.Pve.Nodes["pve1"];
        BackupSelection selection = BackupSelection.Of(new VmId(300));
        ProxmoxNotFoundException exception = await Assert.ThrowsAsync<ProxmoxNotFoundException>(async () => _ = sync
            ? node.Backup(selection, null, Token)
            : await node.BackupAsync(selection, null, Token));
        Assert.Contains("guests 300", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StopAll_AnswerNamesNoTask_IsAgainstTheProtocol(bool sync)
    {
        using WirePve wire = new("""{"data":"done"}""");
        Node node = wire.Pve.Nodes["pve1"];
        ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(async () => _ = sync
            ? node.StopAll(cancellationToken: Token)
            : await node.StopAllAsync(cancellationToken: Token));
        Assert.Contains("'done'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "14")]
    public async Task Backup_GuestThatMoved_IsBackedUpWhereItIs(bool sync)
    {
        using WirePve wire = new(static call => call.Target switch
        {
            "/api2/json/nodes/pve1/vzdump" => StubHandler.Json("""{"data":"OK"}"""),
            "/api2/json/nodes/pve2/vzdump" => StubHandler.Json("""{"data":"UPID:pve2:00003721:000488AF:6B035905:vzdump:100:root@pam:"}"""),
            _ => StubHandler.Json("""{"data":[{"id":"qemu/100","type":"qemu","vmid":100,"node":"pve2"}]}"""),
        });
        Guest guest = wire.Pve.Nodes["pve1"].Vms[100];
        PveTask task = sync ? guest.Backup(null, Token) : await guest.BackupAsync(null, Token);
        Assert.Equal("pve2", task.Upid.Node);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadBackupResult_OfAFailedBackup_TellsWhatWentWell(bool sync)
    {
        string[] lines =
        [
            "INFO: starting new backup job: vzdump 110 210 --node pve1 --mode stop --storage local",
            "INFO: Starting Backup of VM 110 (qemu)",
            "INFO: Backup started at 2026-11-22 21:04:58",
            "INFO: creating vzdump archive '/var/lib/vz/dump/vzdump-qemu-110-2026_11_22-21_04_58.vma'",
            "ERROR: unable to connect to VM 110 qmp socket - timeout after 59 retries",
            "ERROR: Backup of VM 110 failed - unable to connect to VM 110 qmp socket - timeout after 59 retries",
            "INFO: Failed at 2026-11-22 21:05:00",
            "INFO: Starting Backup of VM 210 (lxc)",
            "INFO: creating vzdump archive '/var/lib/vz/dump/vzdump-lxc-210-2026_11_22-21_05_10.tar.zst'",
            "INFO: archive file size: 1.03MB",
            "INFO: Finished Backup of VM 210 (01:02:03)",
            "INFO: Starting Backup of VM 211 (qemu)",
            "INFO: creating Proxmox Backup Server archive 'vm/211/2026-11-22T21:05:11Z'",
            "INFO: Finished Backup of VM 211 (00:00:04)",
            "INFO: Starting Backup of VM 212 (qemu)",
            "INFO: Backup job finished with errors",
            "TASK ERROR: job errors",
        ];
        string log = string.Join(',', lines.Select(static (line, index) => $$"""{"n":{{index + 1}},"t":"{{line}}"}"""));
        using WirePve wire = new($$"""{"data":[{{log}}],"total":{{lines.Length}}}""");
        PveTask task = wire.Pve.Tasks["UPID:pve1:00003721:000488AF:6B035905:vzdump::root@pam:"];
        Node node = wire.Pve.Nodes["pve1"];
        BackupResult result = sync ? node.ReadBackupResult(task, s_local, Token) : await node.ReadBackupResultAsync(task, s_local, Token);
        Assert.Contains("limit=0", wire.LastRequest, StringComparison.Ordinal);
        Assert.Equal([110, 210, 211, 212], result.Guests.Select(static guest => guest.Guest.Value));
        Assert.Equal("unable to connect to VM 110 qmp socket - timeout after 59 retries", result.Guests[0].Error);
        Assert.False(result.Guests[0].IsComplete || result.Guests[3].IsComplete);
        Assert.Equal(new TimeSpan(1, 2, 3), result.Guests[1].Duration);
        Assert.Equal(["local:backup/vzdump-lxc-210-2026_11_22-21_05_10.tar.zst", "local:backup/vm/211/2026-11-22T21:05:11Z"], result.Volumes.Select(static volume => volume.ToString()));
    }

    [Theory]
    [InlineData("""{"data":{"storage":"nas","mode":"snapshot"}}""", "nas:backup/a.tar")]
    [InlineData("""{"data":{"mode":"snapshot"}}""", "local:backup/a.tar")]
    [InlineData("""{"data":{"dumpdir":"/srv/dump"}}""", null)]
    public void ReadBackupResult_WithoutStorage_AsksForTheNodesDefault(string defaults, string? volume)
    {
        using WirePve wire = new(call => StubHandler.Json(call.Target.Contains("defaults", StringComparison.Ordinal)
            ? defaults
            : """{"data":[{"n":1,"t":"INFO: Starting Backup of VM 200 (lxc)"},{"n":2,"t":"INFO: creating vzdump archive '/x/a.tar'"},{"n":3,"t":"INFO: Finished Backup of VM 200 (00:00:01)"}]}"""));
        BackupResult result = wire.Pve.Nodes["pve1"].ReadBackupResult(wire.Pve.Tasks["UPID:pve1:00003721:000488AF:6B035905:vzdump::root@pam:"], null, Token);
        Assert.Equal(volume, Assert.Single(result.Guests).Volume?.ToString());
        Assert.True(result.Guests[0].IsComplete);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetBackupDefaults_OfANode_AreTyped(bool sync)
    {
        using WirePve wire = new("""{"data":{"mode":"snapshot","compress":"0","prune-backups":"keep-all=1","remove":1,"stdexcludes":1,"exclude-path":[]}}""");
        Node node = wire.Pve.Nodes["pve1"];
        NodesVzDumpDefaultsResult defaults = sync ? node.GetBackupDefaults(s_local, Token) : await node.GetBackupDefaultsAsync(s_local, Token);
        Assert.Equal((BackupMode.Snapshot, true), (defaults.Mode, defaults.PruneBackups!.KeepAll));
        Assert.Equal("GET /api2/json/nodes/pve1/vzdump/defaults?storage=local", wire.LastRequest);
    }
}
