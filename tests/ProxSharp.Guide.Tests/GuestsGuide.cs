using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Guide.Tests;

public sealed class GuestsGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Guests_ListAndFind_AreThere()
    {
        PveClient pve = cluster.Pve;

        #region find
        foreach (GuestSummary guest in await pve.Guests.ListAsync())
        {
            Console.WriteLine($"{guest}: {guest.Status}, tags {string.Join(' ', guest.Tags)}");
        }

        Vm vm = await pve.FindVmAsync("web-1");     // by name or number, wherever it is
        Vm sameVm = pve.Vms[100];                   // by number, nothing is sent
        VmStatus status = await vm.GetStatusAsync();
        #endregion

        Assert.Equal(vm.Id, sameVm.Id);
        Assert.True(status.IsRunning);
    }

    [Fact]
    public async Task Vm_FromCreationToDeletion_Works()
    {
        PveClient pve = cluster.Pve;

        #region create
        VmSpec spec = new()
        {
            Name = "app-1",
            Cores = 2,
            Memory = 2048,
            OsType = QemuOsType.L26,
            Scsi = [new(0, VmSpec.NewDisk("local-lvm", DiskSize.FromGibibytes(20)))],
            Net = [new(0, new QemuNet { Model = NetworkModel.Virtio, Bridge = "vmbr0" })],
        };
        Vm vm = await pve.Nodes["pve1"].Vms.CreateAsync(spec).WaitForCompletionAsync();
        Console.WriteLine($"Made {vm}.");
        #endregion

        #region configure
        GuestConfigChanges changes = await vm.Config.UpdateAsync(config => config with { Cores = 4, Memory = 8192, Description = "The application" });
        await vm.GrowDiskAsync("scsi0", DiskSize.FromGibibytes(10)).WaitForCompletionAsync();
        IReadOnlyList<PendingOption> pending = await vm.Config.GetPendingAsync();
        #endregion

        Assert.Equal(4, (await vm.Config.GetAsync()).Cores);

        #region power
        await vm.StartAsync().WaitForCompletionAsync();
        await vm.ShutdownAsync(new GuestShutdownOptions { Timeout = TimeSpan.FromMinutes(2), ForceStop = true }).WaitForCompletionAsync();
        #endregion

        #region snapshots
        await vm.Snapshots.CreateAsync("before-upgrade", "Version 1").WaitForCompletionAsync();
        GuestSnapshotList snapshots = await vm.Snapshots.ListAsync();
        await vm.Snapshots.RollbackAsync("before-upgrade").WaitForCompletionAsync();
        await vm.Snapshots.DeleteAsync("before-upgrade").WaitForCompletionAsync();
        #endregion

        Assert.Equal("before-upgrade", Assert.Single(snapshots).Name);

        #region delete
        await vm.DeleteAsync(new GuestDeleteOptions { Purge = true }).WaitForCompletionAsync();
        #endregion

        await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => pve.FindVmAsync(vm.Id));
    }

    [Fact]
    public async Task Template_ClonedWithCloudInit_BecomesAMachine()
    {
        PveClient pve = cluster.Pve;
        string publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@host";

        #region clone
        Vm template = await pve.FindVmAsync("debian-13-template");
        Vm vm = await template.CloneAsync(new GuestCloneOptions { Name = "web-3", Full = true }).WaitForCompletionAsync();
        await vm.CloudInit.ApplyAsync(new CloudInitSettings { User = "admin", SshKeys = [publicKey], IpConfig = [IpConfigs.Dhcp] });
        await vm.StartAsync().WaitForCompletionAsync();
        #endregion

        Assert.Equal([publicKey], (await vm.Config.GetAsync()).SshKeys);
    }

    [Fact]
    public async Task Guest_OfAnyKind_Migrates()
    {
        PveClient pve = cluster.Pve;

        #region migrate
        Guest guest = await pve.FindGuestAsync("web-2");
        MigrationPreconditions preconditions = await guest.GetMigrationPreconditionsAsync();
        NodeName target = NodeName.Parse(preconditions.AllowedNodes[0], null);
        await guest.MigrateAsync(target, new GuestMigrateOptions { Online = preconditions.IsRunning }).WaitForCompletionAsync();
        #endregion

        Assert.Equal(target, await guest.GetNodeAsync());
    }

    [Fact]
    public async Task Container_FromATemplate_Runs()
    {
        PveClient pve = cluster.Pve;

        #region container
        ContainerSpec spec = new()
        {
            Template = "local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst",
            HostName = "cache-1",
            Memory = 512,
            Unprivileged = true,
            RootFs = ContainerSpec.NewRootFs("local-lvm", DiskSize.FromGibibytes(8)),
            Net = [new(0, new LxcNetwork { Name = "eth0", Bridge = "vmbr0", Ip = "dhcp" })],
        };
        Container container = await pve.Nodes["pve2"].Containers.CreateAsync(spec).WaitForCompletionAsync();
        await container.StartAsync().WaitForCompletionAsync();
        #endregion

        Assert.True((await container.GetStatusAsync()).IsRunning);
    }

    [Fact]
    public async Task Stop_ThatHighAvailabilityMayCarryOut_IsWaitedFor()
    {
        Vm vm = await cluster.Pve.FindVmAsync("db-1");

        #region ha
        PveTask stop = await vm.StopAsync();
        TaskResult end = await stop.WaitForCompletionAsync();
        if (HaRequest.Of(end.Upid) is { } request)
        {
            await vm.WaitForHaAsync(request); // HaGaveUpException if its state is "error", TimeoutException after ten minutes.
        }
        #endregion

        Assert.Equal(GuestStatus.Stopped, (await vm.GetStatusAsync()).Status);
    }
}
