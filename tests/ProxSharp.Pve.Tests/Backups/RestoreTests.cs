using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Tests.Storages;

namespace ProxSharp.Pve.Tests.Backups;

/// <summary>Guests made of backups.</summary>
public sealed class RestoreTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static readonly BackupOptions s_local = new() { Storage = StorageId.Parse("local"), Mode = BackupMode.Stop };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RestoreVm_ToANewNumber_IsTheMachineWithChangedSettings(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        VmId id = new(sync ? 7100 : 7101);
        (Node node, VolumeId backup) = await BackUpAsync(await cluster.Pve.FindVmAsync(new VmId(106), Token));
        VmRestoreOptions options = new() { Storage = StorageId.Parse("local-lvm"), Unique = true, Settings = new Dictionary<string, string> { ["name"] = "copy", ["memory"] = "1024" } };
        await WaitAsync(sync ? node.RestoreVm(backup, id, options, Token) : await node.RestoreVmAsync(backup, id, options, Token), sync);
        NodesQemuConfigResult config = (await cluster.Pve.Api.Nodes.Qemu.Config.GetAsync(node.Name.Value, id.Value, cancellationToken: Token)).Data;
        Assert.Equal("copy", config.Name);

        // There is such a machine now: only an explicit wish overwrites it.
        await Assert.ThrowsAsync<ProxmoxConflictException>(async () => _ = sync ? node.RestoreVm(backup, id, null, Token) : await node.RestoreVmAsync(backup, id, null, Token));
        VmRestoreOptions overwrite = new() { Overwrite = true };
        await WaitAsync(sync ? node.RestoreVm(backup, id, overwrite, Token) : await node.RestoreVmAsync(backup, id, overwrite, Token), sync);
        config = (await cluster.Pve.Api.Nodes.Qemu.Config.GetAsync(node.Name.Value, id.Value, cancellationToken: Token)).Data;
        Assert.Equal("staging", config.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RestoreContainer_ToANewNumber_IsTheContainer(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        VmId id = new(sync ? 7200 : 7201);
        (Node node, VolumeId backup) = await BackUpAsync(await cluster.Pve.FindContainerAsync(new VmId(203), Token));
        ContainerRestoreOptions options = new() { Storage = StorageId.Parse("local-lvm"), Settings = new Dictionary<string, string> { ["hostname"] = "copy" } };
        await WaitAsync(sync ? node.RestoreContainer(backup, id, options, Token) : await node.RestoreContainerAsync(backup, id, options, Token), sync);
        Assert.Equal("copy", (await cluster.Pve.Api.Nodes.Lxc.Config.GetAsync(node.Name.Value, id.Value, cancellationToken: Token)).Data.HostName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_BackupThatIsMissing_FailsInTheTask(bool sync)
    {
        Node node = cluster.Pve.Nodes[cluster.Node];
        VolumeId missing = VolumeId.Parse("local:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst");
        GuestTask<Vm> task = sync ? node.RestoreVm(missing, new VmId(7300), null, Token) : await node.RestoreVmAsync(missing, new VmId(7300), null, Token);
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(task, sync));
    }

    [Fact]
    public void RestoreVm_AllSet_IsSent()
    {
        using WirePve wire = new("""{"data":"UPID:pve1:00003721:000488AF:6B035905:qmrestore:100:root@pam:"}""");
        VmRestoreOptions options = new()
        {
            Storage = StorageId.Parse("fast"),
            Overwrite = true,
            Unique = true,
            Start = true,
            LiveRestore = true,
            BandwidthLimit = 5000,
            Pool = "a/b",
            Settings = new Dictionary<string, string> { ["net0"] = "virtio,bridge=vmbr1", ["cores"] = "2" },
        };
        wire.Pve.Nodes["pve1"].RestoreVm(VolumeId.Parse("pbs:backup/vm/100/2026-11-22T22:13:13Z"), new VmId(100), options, Token);
        Assert.Equal("POST /api2/json/nodes/pve1/qemu", wire.LastRequest);
        Assert.Equal(
            "vmid=100&archive=pbs:backup/vm/100/2026-11-22T22:13:13Z&storage=fast&force=1&unique=1&start=1&live-restore=1&bwlimit=5000&pool=a/b&cores=2&net0=virtio,bridge=vmbr1",
            wire.LastBody);
    }

    [Fact]
    public void RestoreContainer_AllSet_IsSent()
    {
        using WirePve wire = new("""{"data":"UPID:pve1:00003721:000488AF:6B035905:vzrestore:200:root@pam:"}""");
        ContainerRestoreOptions options = new()
        {
            Overwrite = true,
            Unique = true,
            Start = true,
            IsUnprivileged = true,
            IgnoreUnpackErrors = true,
            BandwidthLimit = 0,
            Pool = "p1",
            Settings = new Dictionary<string, string> { ["rootfs"] = "fast:8", ["mp0"] = "slow:100,mp=/srv" },
        };
        wire.Pve.Nodes["pve1"].RestoreContainer(VolumeId.Parse("local:backup/a.tar.zst"), new VmId(200), options, Token);
        Assert.Equal("POST /api2/json/nodes/pve1/lxc", wire.LastRequest);
        Assert.Equal(
            "vmid=200&ostemplate=local:backup/a.tar.zst&restore=1&force=1&unique=1&start=1&unprivileged=1&ignore-unpack-errors=1&bwlimit=0&pool=p1&mp0=slow:100,mp=/srv&rootfs=fast:8",
            wire.LastBody);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "13")]
    public async Task Restore_WithoutANumber_GetsAFreeOne(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        (Node node, VolumeId backup) = await BackUpAsync(await cluster.Pve.FindVmAsync(new VmId(106), Token));
        Vm vm = await WaitAsync(sync ? node.RestoreVm(backup, cancellationToken: Token) : await node.RestoreVmAsync(backup, cancellationToken: Token), sync);
        (node, backup) = await BackUpAsync(await cluster.Pve.FindContainerAsync(new VmId(203), Token));
        Container container = await WaitAsync(sync ? node.RestoreContainer(backup, cancellationToken: Token) : await node.RestoreContainerAsync(backup, cancellationToken: Token), sync);
        Assert.NotEqual(new VmId(106), vm.Id);
        Assert.NotEqual(vm.Id, container.Id);
        ContainerRestoreOptions overwrite = new() { Overwrite = true };
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync ? node.RestoreContainer(backup, null, overwrite, Token) : await node.RestoreContainerAsync(backup, null, overwrite, Token));
    }

    private static async Task<T> WaitAsync<T>(GuestTask<T> task, bool sync)
        where T : Guest
        => sync ? task.WaitForCompletion(null, Token) : await task.WaitForCompletionAsync(Token);

    private async Task<(Node Node, VolumeId Backup)> BackUpAsync(Guest guest)
    {
        BackupResult result = await guest.BackupAndWaitAsync(s_local, Token);
        return (cluster.Pve.Nodes[result.Task.Upid.Node], Assert.Single(result.Volumes));
    }
}
