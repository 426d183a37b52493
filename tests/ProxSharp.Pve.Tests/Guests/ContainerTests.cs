using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using static ProxSharp.Pve.Tests.Guests.TestGuests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>The life of a container. A live server would need a template, so these only run with the simulator.</summary>
public sealed class ContainerTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_ThroughAllStates_IsSeenInTheStatus(bool sync)
    {
        Container container = await NewAsync();
        await DoneAsync(sync, () => container.Start(new GuestStartOptions { Debug = true }), () => container.StartAsync(new GuestStartOptions { Debug = true }));
        ContainerStatus status = sync ? container.GetStatus() : await container.GetStatusAsync();
        Assert.Equal((container.Id, true), (status.Id, status.IsRunning));
        await DoneAsync(sync, () => container.Suspend(), () => container.SuspendAsync());
        await DoneAsync(sync, () => container.Resume(), () => container.ResumeAsync());
        await DoneAsync(sync, () => container.Reboot(), () => container.RebootAsync());
        await DoneAsync(sync, () => container.Shutdown(new GuestShutdownOptions { ForceStop = true }), () => container.ShutdownAsync(new GuestShutdownOptions { ForceStop = true }));
        GuestStatusReport report = sync ? ((Guest)container).GetStatus() : await ((Guest)container).GetStatusAsync();
        Assert.False(report.IsRunning);
        await DoneAsync(container.StartAsync());
        await DoneAsync(sync, () => container.Stop(), () => container.StopAsync());
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_OfAStoppedContainer_NamesIt(bool sync)
    {
        Container container = await NewAsync();
        ProxmoxApiException exception = sync
            ? Assert.ThrowsAny<ProxmoxApiException>(() => container.Stop())
            : await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => container.StopAsync());
        Assert.StartsWith($"Unable to stop container {container.Id} on {cluster.Node}: CT {container.Id} not running", exception.Message, StringComparison.Ordinal);
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_WithASpecification_MakesWhatItSays(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a template.");
        ContainerSpec spec = SpecOfContainer(cluster) with
        {
            Features = new LxcFeatures { Nesting = true },
            Mp = [new(0, ContainerSpec.NewMountPoint(cluster.Storage, DiskSize.FromGibibytes(2), "/data"))],
            SshKeys = ["ssh-ed25519 A+B== me"],
            Password = "long enough",
            Tags = ["a"],
        };
        NodeContainerCollection containers = cluster.Pve.Nodes[cluster.Node].Containers;
        Container container = sync ? containers.Create(spec).WaitForCompletion(Fast) : await containers.CreateAsync(spec).WaitForCompletionAsync(Fast);
        ContainerConfig config = sync ? container.Config.Get() : await container.Config.GetAsync();
        Assert.Equal((spec.HostName, 64, true), (config.HostName, config.Memory, config.Features!.Nesting));
        Assert.Equal("/data", config.Mp[0].Mp);
        Assert.Equal(["mp0", "rootfs"], config.Disks.Select(static disk => disk.Key));
        Assert.Equal("dhcp", config.Net[0].Ip);
        Assert.DoesNotContain("password", config.Values.Keys);
        Assert.Contains(await containers.ListAsync(), item => item.VmId == container.Id.Value);
        Assert.Contains(containers.List(), item => item.VmId == container.Id.Value);
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateContainer_WithATakenNumber_IsAConflictThatNamesIt(bool sync)
    {
        Container container = await NewAsync();
        ContainerSpec spec = SpecOfContainer(cluster) with { Id = container.Id };
        NodeName node = NodeName.Parse(cluster.Node);
        ProxmoxConflictException exception = sync
            ? Assert.Throws<ProxmoxConflictException>(() => cluster.Pve.CreateContainer(node, spec))
            : await Assert.ThrowsAsync<ProxmoxConflictException>(() => cluster.Pve.CreateContainerAsync(node, spec));
        Assert.StartsWith($"Unable to create container {container.Id} on {cluster.Node}: ", exception.Message, StringComparison.Ordinal);
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_OfTwoOptions_ChangesThemAndNothingElse(bool sync)
    {
        Container container = await NewAsync();
        static ContainerConfig Change(ContainerConfig c) => c with { Memory = 128, Net = c.Net.Set(0, c.Net[0] with { Tag = 5 }), OnBoot = true };
        GuestConfigChanges sent = sync ? container.Config.Update(Change) : await container.Config.UpdateAsync(Change);
        Assert.Equal(["memory", "net0", "onboot"], sent.Set.Keys.Order());
        ContainerConfig after = await container.Config.GetAsync();
        Assert.Equal((128, 5, true), (after.Memory, after.Net[0].Tag, after.OnBoot));
        if (sync)
        {
            container.Config.DeleteKeys(["onboot"], after.Digest);
        }
        else
        {
            await container.Config.DeleteKeysAsync(["onboot"], after.Digest);
        }

        Assert.Null((await container.Config.GetAsync()).OnBoot);
        Assert.NotEmpty(sync ? container.Config.GetPending() : await container.Config.GetPendingAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => container.Config.UpdateAsync(static c => c with { Cores = 2 }, new GuestConfigUpdateOptions { SkipLock = true }));
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "22")]
    public async Task DetachAndDestroy_OfMountPoints_AreDifferentCalls(bool sync)
    {
        Container container = await NewAsync(spec => spec with
        {
            Mp = IndexedOptions.Of(
                ContainerSpec.NewMountPoint(cluster.Storage, DiskSize.FromGibibytes(1), "/a"), ContainerSpec.NewMountPoint(cluster.Storage, DiskSize.FromGibibytes(1), "/b")),
        });
        if (sync)
        {
            container.DetachDisk("mp0");
            container.DestroyDisk("mp1");
        }
        else
        {
            await container.DetachDiskAsync("mp0");
            await container.DestroyDiskAsync("mp1");
        }

        ContainerConfig config = await container.Config.GetAsync();
        Assert.Empty(config.Mp);
        Assert.Equal([0], config.Unused.Keys);
        await Assert.ThrowsAsync<ArgumentException>(() => container.DetachDiskAsync("unused0"));
        await Assert.ThrowsAsync<ArgumentException>(() => container.DestroyDiskAsync("mp7"));
        await container.DestroyDiskAsync("unused0");
        Assert.Empty((await container.Config.GetAsync()).Unused);
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disks_OfAContainer_GrowAndMove(bool sync)
    {
        Container container = await NewAsync();
        await DoneAsync(sync, () => container.ResizeDisk("rootfs", DiskSize.FromGibibytes(2)), () => container.ResizeDiskAsync("rootfs", DiskSize.FromGibibytes(2)));
        await DoneAsync(sync, () => container.GrowDisk("rootfs", DiskSize.FromGibibytes(1)), () => container.GrowDiskAsync("rootfs", DiskSize.FromGibibytes(1)));
        GuestMoveDiskOptions options = new() { Storage = StorageId.Parse("local-lvm"), DeleteSource = true };
        await DoneAsync(sync, () => container.MoveDisk("rootfs", options), () => container.MoveDiskAsync("rootfs", options));
        ConfiguredDisk root = (await container.Config.GetAsync()).Disks.Single(static disk => disk.Key == "rootfs");
        Assert.Equal(DiskSize.FromGibibytes(3), root.Size);
        Assert.StartsWith("local-lvm:", root.Volume, StringComparison.Ordinal);
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clone_OfATemplate_GetsANumberAndAName(bool sync)
    {
        Container template = await NewAsync();
        if (sync)
        {
            template.ConvertToTemplate();
        }
        else
        {
            await template.ConvertToTemplateAsync();
        }

        Assert.True((await template.Config.GetAsync()).IsTemplate);
        GuestCloneOptions options = new() { Name = NewName(), Full = true };
        Container clone = sync ? template.Clone(options).WaitForCompletion(Fast) : await template.CloneAsync(options).WaitForCompletionAsync(Fast);
        Assert.Equal(options.Name, (await clone.Config.GetAsync()).HostName);
        await RemoveAsync(clone);
        await RemoveAsync(template);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Migrate_WithRestart_MovesIt(bool sync)
    {
        Container container = await NewAsync(static spec => spec with { Start = true });
        NodeName target = NodeName.Parse("pve2");
        Assert.NotNull(sync ? container.GetMigrationPreconditions() : await container.GetMigrationPreconditionsAsync());
        GuestMigrateOptions options = new() { Restart = true, Timeout = TimeSpan.FromSeconds(10) };
        await DoneAsync(sync, () => container.Migrate(target, options), () => container.MigrateAsync(target, options));
        Assert.Equal(target, await container.GetNodeAsync());
        GuestDeleteOptions delete = new() { Force = true };
        await DoneAsync(sync, () => container.Delete(delete), () => container.DeleteAsync(delete));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RemoteMigrate_AndReads_ReachTheServer(bool sync)
    {
        Container container = await NewAsync(static spec => spec with { Start = true });
        Assert.NotNull(sync ? container.ListInterfaces() : await container.ListInterfacesAsync());
        Assert.IsType<bool>(sync ? container.HasFeature(GuestFeature.Clone) : await container.HasFeatureAsync(GuestFeature.Clone));
        GuestRemoteMigrateOptions options = new()
        {
            Target = new ProxmoxRemote { Host = "other.example", Apitoken = "PVEAPIToken=root@pam!x=secret-value" },
            TargetStorage = TargetMapping.Same,
            TargetBridge = TargetMapping.Same,
            Restart = true,
        };
        PveTask task = sync ? container.RemoteMigrate(options) : await container.RemoteMigrateAsync(options);
        Assert.Equal(cluster.Node, task.Upid.Node.ToString());
    }

    private Task<Container> NewAsync(Func<ContainerSpec, ContainerSpec>? change = null)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a template.");
        return NewContainerAsync(cluster, change);
    }
}
