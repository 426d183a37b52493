using ProxSharp.Pve.Guests;
using static ProxSharp.Pve.Tests.Guests.TestGuests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Snapshots of virtual machines and containers.</summary>
public sealed class GuestSnapshotTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshots_OfAMachine_AreTakenDescribedReadRolledBackAndDeleted(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        await DoneAsync(sync, () => vm.Snapshots.Create("one", "first"), () => vm.Snapshots.CreateAsync("one", "first"));
        await vm.Config.UpdateAsync(static c => c with { Cores = 2 });
        await DoneAsync(sync, () => vm.Snapshots.Create("two", withMemory: true), () => vm.Snapshots.CreateAsync("two", withMemory: true));
        GuestSnapshotList list = sync ? vm.Snapshots.List() : await vm.Snapshots.ListAsync();
        Assert.Equal(["one", "two"], list.Select(static snapshot => snapshot.Name).Order());
        Assert.Equal(("one", "two"), (list.Find("two")!.Parent, list.Current.Parent));
        Assert.Equal("first", list.Find("one")!.Description);
        Assert.NotNull(list.Find("one")!.Created);

        if (sync)
        {
            vm.Snapshots.Update("one", "changed");
        }
        else
        {
            await vm.Snapshots.UpdateAsync("one", "changed");
        }

        Assert.Equal("changed", (await vm.Snapshots.ListAsync()).Find("one")!.Description);
        VmConfig saved = sync ? vm.Snapshots.GetConfig("one") : await vm.Snapshots.GetConfigAsync("one");
        Assert.Equal(1, saved.Cores);
        Assert.NotNull(saved.SnapshotTime);
        GuestConfigReadOptions snapshot = new() { Snapshot = "one" };
        Assert.Equal(1, (sync ? vm.Config.Get(snapshot) : await vm.Config.GetAsync(snapshot)).Cores);

        await DoneAsync(sync, () => vm.Snapshots.Rollback("one"), () => vm.Snapshots.RollbackAsync("one"));
        Assert.Equal(1, (await vm.Config.GetAsync()).Cores);
        Assert.Equal("one", (await vm.Snapshots.ListAsync()).Current.Parent);
        await DoneAsync(sync, () => vm.Snapshots.Delete("two"), () => vm.Snapshots.DeleteAsync("two"));
        Assert.Equal(["one"], (await vm.Snapshots.ListAsync()).Select(static left => left.Name));
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshots_OfAContainer_AreTakenDescribedReadRolledBackAndDeleted(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs a template.");
        Container container = await NewContainerAsync(cluster, static spec => spec with { RootFs = ContainerSpec.NewRootFs("local-lvm", DiskSize.FromGibibytes(1)) });
        await DoneAsync(sync, () => container.Snapshots.Create("one", "first"), () => container.Snapshots.CreateAsync("one", "first"));
        await container.Config.UpdateAsync(static c => c with { Memory = 128 });
        if (sync)
        {
            container.Snapshots.Update("one", "changed");
        }
        else
        {
            await container.Snapshots.UpdateAsync("one", "changed");
        }

        GuestSnapshotList list = sync ? container.Snapshots.List() : await container.Snapshots.ListAsync();
        Assert.Equal(("one", "changed"), (list.Single().Name, list[0].Description));
        Assert.Equal("one", list.Current.Parent);
        Assert.Equal(64, (sync ? container.Snapshots.GetConfig("one") : await container.Snapshots.GetConfigAsync("one")).Memory);
        await DoneAsync(sync, () => container.Snapshots.Rollback("one", start: true), () => container.Snapshots.RollbackAsync("one", start: true));
        Assert.Equal(64, (await container.Config.GetAsync()).Memory);
        Assert.True((await container.GetStatusAsync()).IsRunning);
        await DoneAsync(container.StopAsync());
        await DoneAsync(sync, () => container.Snapshots.Delete("one", force: true), () => container.Snapshots.DeleteAsync("one", force: true));
        Assert.Empty(await container.Snapshots.ListAsync());
        await RemoveAsync(container);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetConfig_OfAMissingSnapshot_NamesMachineAndSnapshot(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        ProxmoxNotFoundException exception = sync
            ? Assert.Throws<ProxmoxNotFoundException>(() => vm.Snapshots.GetConfig("nothing"))
            : await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => vm.Snapshots.GetConfigAsync("nothing"));
        Assert.StartsWith($"Unable to read snapshot nothing of VM {vm.Id} on {cluster.Node}: snapshot 'nothing' does not exist", exception.Message, StringComparison.Ordinal);
        await RemoveAsync(vm);
    }
}
