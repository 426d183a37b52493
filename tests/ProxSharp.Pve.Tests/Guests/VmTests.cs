using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using static ProxSharp.Pve.Tests.Guests.TestGuests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>The life of a virtual machine.</summary>
public sealed class VmTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_ThroughAllStates_IsSeenInTheStatus(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        await DoneAsync(sync, () => vm.Start(), () => vm.StartAsync());
        VmStatus running = sync ? vm.GetStatus() : await vm.GetStatusAsync();
        Assert.Equal((vm.Id, GuestStatus.Running, true), (running.Id, running.Status, running.IsRunning));
        await DoneAsync(sync, () => vm.Suspend(), () => vm.SuspendAsync());
        Assert.True((await vm.GetStatusAsync()).IsPaused);
        await DoneAsync(sync, () => vm.Resume(), () => vm.ResumeAsync());
        Assert.False((await vm.GetStatusAsync()).IsPaused);
        await DoneAsync(sync, () => vm.Reset(), () => vm.ResetAsync());
        await DoneAsync(sync, () => vm.Stop(new GuestStopOptions { OverruleShutdown = true }), () => vm.StopAsync(new GuestStopOptions { OverruleShutdown = true }));
        if (sync)
        {
            vm.WaitForStatus(GuestStatus.Stopped, FastGuest);
        }
        else
        {
            await vm.WaitForStatusAsync(GuestStatus.Stopped, FastGuest);
        }

        GuestStatusReport report = sync ? ((Guest)vm).GetStatus() : await ((Guest)vm).GetStatusAsync();
        Assert.False(report.IsRunning);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shutdown_AndReboot_OfARunningMachine_EndAndBeginItAnew(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "There is no system in the VM that could react.");
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        await DoneAsync(sync, () => vm.Reboot(TimeSpan.FromSeconds(5)), () => vm.RebootAsync(TimeSpan.FromSeconds(5)));
        Assert.True((await vm.GetStatusAsync()).IsRunning);
        GuestShutdownOptions options = new() { Timeout = TimeSpan.FromSeconds(1), ForceStop = true };
        await DoneAsync(sync, () => vm.Shutdown(options), () => vm.ShutdownAsync(options));
        Assert.False((await vm.GetStatusAsync()).IsRunning);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SuspendToDisk_OfARunningMachine_LocksItUntilItResumes(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Saving the memory takes too long.");
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        await DoneAsync(sync, () => vm.SuspendToDisk(), () => vm.SuspendToDiskAsync());
        Assert.Equal("suspended", (await vm.GetStatusAsync()).Lock);
        await DoneAsync(sync, () => vm.Resume(), () => vm.ResumeAsync());
        Assert.Null((await vm.GetStatusAsync()).Lock);
        await DoneAsync(vm.StopAsync());
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_WithASpecification_MakesWhatItSays(bool sync)
    {
        VmSpec spec = Spec(cluster) with { Description = "two\nlines", Tags = ["b", "a"], Startup = new StartupOrder { Order = 3 }, Agent = new QemuAgent { Enabled = true } };
        NodeVmCollection vms = cluster.Pve.Nodes[cluster.Node].Vms;
        Vm vm = sync ? vms.Create(spec).WaitForCompletion(Fast) : await vms.CreateAsync(spec).WaitForCompletionAsync(Fast);
        VmConfig config = sync ? vm.Config.Get() : await vm.Config.GetAsync();
        Assert.Equal((spec.Name, 1, 64), (config.Name, config.Cores, config.Memory));
        Assert.Equal("two\nlines", config.Description);
        Assert.Equal(["a", "b"], config.Tags);
        Assert.Equal(3, config.Startup!.Order);
        Assert.Equal(DiskSize.FromGibibytes(1), config.Disks.Single(static disk => disk.Key == "scsi0").Size);
        Assert.NotNull(config.Net[0].MacAddr);
        Assert.NotNull(config.Digest);
        Assert.Contains(await vms.ListAsync(), item => item.VmId == vm.Id.Value);
        Assert.Contains(vms.List(full: true), item => item.VmId == vm.Id.Value);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_WithANumberThatIsTaken_IsAConflictThatNamesTheMachine(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        VmSpec spec = Spec(cluster) with { Id = vm.Id };
        ProxmoxConflictException exception = sync
            ? Assert.Throws<ProxmoxConflictException>(() => cluster.Pve.CreateVm(NodeName.Parse(cluster.Node), spec))
            : await Assert.ThrowsAsync<ProxmoxConflictException>(() => cluster.Pve.CreateVmAsync(NodeName.Parse(cluster.Node), spec));
        Assert.StartsWith($"Unable to create VM {vm.Id} on {cluster.Node}: ", exception.Message, StringComparison.Ordinal);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_OfARunningMachine_IsRefusedAndNamesTheMachine(bool sync)
    {
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        ProxmoxConflictException exception = sync
            ? Assert.Throws<ProxmoxConflictException>(() => vm.Delete())
            : await Assert.ThrowsAsync<ProxmoxConflictException>(() => vm.DeleteAsync());
        Assert.StartsWith($"Unable to delete VM {vm.Id} on {cluster.Node}: VM {vm.Id} is running", exception.Message, StringComparison.Ordinal);
        await DoneAsync(vm.StopAsync());
        GuestDeleteOptions options = new() { Purge = true, DestroyUnreferencedDisks = true };
        await DoneAsync(sync, () => vm.Delete(options), () => vm.DeleteAsync(options));
        await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => vm.GetStatusAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "14")]
    public async Task Clone_ConfigureResizeStart_RunsWithoutWaitingForTheClusterToListIt(bool sync)
    {
        Vm template = await NewVmAsync(cluster);
        await DoneAsync(sync, () => template.ConvertToTemplate(), () => template.ConvertToTemplateAsync());
        Assert.True((await template.Config.GetAsync()).IsTemplate);

        GuestCloneOptions options = new() { Name = NewName(), Full = true, Description = "a clone" };
        GuestTask<Vm> cloning = sync ? template.Clone(options) : await template.CloneAsync(options);
        Vm clone = sync ? cloning.WaitForCompletion(Fast) : await cloning.WaitForCompletionAsync(Fast);
        long before = RequestCount;
        GuestConfigChanges changes = sync
            ? clone.Config.Update(static c => c with { Cores = 2, Memory = 128 })
            : await clone.Config.UpdateAsync(static c => c with { Cores = 2, Memory = 128 });
        Assert.Equal(["cores", "memory"], changes.Set.Keys.Order());
        await DoneAsync(sync, () => clone.ResizeDisk("scsi0", DiskSize.FromGibibytes(2)), () => clone.ResizeDiskAsync("scsi0", DiskSize.FromGibibytes(2)));
        await DoneAsync(sync, () => clone.GrowDisk("scsi0", DiskSize.FromGibibytes(1)), () => clone.GrowDiskAsync("scsi0", DiskSize.FromGibibytes(1)));
        Assert.DoesNotContain(RequestsSince(before), static request => request.Path.Contains("/cluster/resources", StringComparison.Ordinal));
        await DoneAsync(sync, () => clone.Start(), () => clone.StartAsync());

        VmConfig config = await clone.Config.GetAsync();
        Assert.Equal((options.Name, "a clone", 2, DiskSize.FromGibibytes(3)), (config.Name, config.Description, config.Cores, config.Disks.Single(static disk => disk.Key == "scsi0").Size));
        await DoneAsync(clone.StopAsync());
        await RemoveAsync(clone);
        await RemoveAsync(template);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clone_OfATemplateWithoutOptions_IsLinkedAndGetsANumber(bool sync)
    {
        Vm template = await NewVmAsync(cluster);
        await DoneAsync(template.ConvertToTemplateAsync());
        Vm clone = sync ? template.Clone().WaitForCompletion(Fast) : await template.CloneAsync().WaitForCompletionAsync(Fast);
        Assert.NotEqual(template.Id, clone.Id);
        if (sync)
        {
            clone.WaitForUnlock(FastGuest);
            clone.WaitUntilInResources(FastGuest);
        }
        else
        {
            await clone.WaitForUnlockAsync(FastGuest);
            await clone.WaitUntilInResourcesAsync(FastGuest);
        }

        await RemoveAsync(clone);
        await RemoveAsync(template);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForUnlock_OfALockedMachine_TimesOutWithItsName(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Locks a VM.");
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        await DoneAsync(vm.SuspendToDiskAsync());
        GuestWaitOptions options = FastGuest with { Timeout = TimeSpan.FromMilliseconds(50) };
        TimeoutException exception = sync
            ? Assert.Throws<TimeoutException>(() => vm.WaitForUnlock(options))
            : await Assert.ThrowsAsync<TimeoutException>(() => vm.WaitForUnlockAsync(options));
        Assert.Equal($"VM {vm.Id} was not unlocked within 0.05 s.", exception.Message);
        await DoneAsync(vm.ResumeAsync());
        await DoneAsync(vm.StopAsync());
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HasFeature_OfAQcow2Disk_KnowsSnapshots(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        Assert.True(sync ? vm.HasFeature(GuestFeature.Snapshot) : await vm.HasFeatureAsync(GuestFeature.Snapshot));
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Migrate_OfAStoppedMachine_IsFoundOnTheOtherNode(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a second node.");
        Vm vm = await NewVmAsync(cluster);
        Vm other = cluster.Pve.Nodes[cluster.Node].Vms[vm.Id];
        NodeName target = NodeName.Parse("pve2");
        MigrationPreconditions preconditions = sync ? vm.GetMigrationPreconditions(target) : await vm.GetMigrationPreconditionsAsync(target);
        Assert.False(preconditions.IsRunning);
        GuestMigrateOptions options = new() { TargetStorage = TargetMapping.Same };
        await DoneAsync(sync, () => vm.Migrate(target, options), () => vm.MigrateAsync(target, options));
        Assert.Equal(target, sync ? vm.GetNode() : await vm.GetNodeAsync());
        Assert.NotNull(sync ? vm.GetStatus() : await vm.GetStatusAsync());
        Assert.NotNull(sync ? other.GetStatus() : await other.GetStatusAsync());
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_ThroughAnOldHandleOfAMovedMachine_StartsItWhereItIs(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a second node.");
        FastForward clock = new();
        await using PveClient pve = new(cluster.Options with { TimeProvider = clock });
        Vm vm = await NewVmAsync(cluster);
        Vm old = pve.Nodes[cluster.Node].Vms[vm.Id];
        await DoneAsync(vm.MigrateAsync(NodeName.Parse("pve3")));
        clock.Skip(TimeSpan.FromMinutes(1));
        PveTask task = sync ? old.Start() : await old.StartAsync();
        await task.WaitForCompletionAsync(Fast);
        Assert.True((await vm.GetStatusAsync()).IsRunning);
        await DoneAsync(vm.StopAsync());
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "14")]
    public async Task Start_OfAMachineTheClusterDoesNotListYet_GoesToTheKnownNode(bool sync)
    {
        FastForward clock = new();
        await using PveClient pve = new(cluster.Options with { TimeProvider = clock });
        Vm vm = pve.Nodes[cluster.Node].Vms[987_654_320];
        clock.Skip(TimeSpan.FromMinutes(1));
        PveTask task = sync ? vm.Start() : await vm.StartAsync();
        Assert.Equal(cluster.Node, task.Upid.Node.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RemoteMigrate_OfAMachine_SendsAllParameters(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a second cluster.");
        Vm vm = await NewVmAsync(cluster);
        GuestRemoteMigrateOptions options = new()
        {
            Target = new ProxmoxRemote { Host = "other.example", Apitoken = "PVEAPIToken=root@pam!x=secret-value", Fingerprint = string.Join(':', Enumerable.Repeat("AA", 32)) },
            TargetStorage = TargetMapping.To("ceph"),
            TargetBridge = TargetMapping.Same,
            TargetId = new VmId(500),
        };
        long before = RequestCount;
        PveTask task = sync ? vm.RemoteMigrate(options) : await vm.RemoteMigrateAsync(options);
        Assert.Equal(cluster.Node, task.Upid.Node.ToString());
        Assert.Contains(RequestsSince(before), static request => request.Path.EndsWith("/remote_migrate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendKey_AndMonitor_OfARunningMachine_ReachIt(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs more rights than the token may have.");
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        long before = RequestCount;
        if (sync)
        {
            vm.SendKey("ctrl-alt-delete");
        }
        else
        {
            await vm.SendKeyAsync("ctrl-alt-delete");
        }

        Assert.Contains(RequestsSince(before), static request => request.Path.EndsWith("/sendkey", StringComparison.Ordinal));
        try
        {
            Assert.NotNull(sync ? vm.Monitor("info status") : await vm.MonitorAsync("info status"));
        }
        catch (ProxmoxPermissionException exception)
        {
            Assert.StartsWith($"Unable to use the monitor of VM {vm.Id} on {cluster.Node}: ", exception.Message, StringComparison.Ordinal);
        }

        await DoneAsync(vm.StopAsync());
        await RemoveAsync(vm);
    }

    private long RequestCount => cluster.IsLive ? 0 : cluster.Simulator.Traffic.RequestCount;

    private IEnumerable<SimulatedRequest> RequestsSince(long before) => cluster.IsLive ? [] : cluster.Simulator.RequestsSince(before);

    /// <summary>The system's clock, with leaps.</summary>
    private sealed class FastForward : TimeProvider
    {
        private long _ticks;

        public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _ticks);

        public void Skip(TimeSpan time) => Interlocked.Add(ref _ticks, (long)(time.TotalSeconds * System.TimestampFrequency));
    }
}
