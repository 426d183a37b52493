using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using static ProxSharp.Pve.Tests.Guests.TestGuests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Changes of a VM's configuration.</summary>
public sealed class VmConfigEditorTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_OfTwoOptions_ChangesThemAndNothingElse(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        VmConfig before = await vm.Config.GetAsync();
        static VmConfig Change(VmConfig c) => c with { Description = "new", Net = c.Net.Set(0, c.Net[0] with { Tag = 7 }) };
        GuestConfigChanges sent = sync ? vm.Config.Update(Change) : await vm.Config.UpdateAsync(Change);
        Assert.Equal(["description", "net0"], sent.Set.Keys.Order());
        Assert.Empty(sent.Deleted);
        VmConfig after = await vm.Config.GetAsync();
        Assert.Equal(["description", "net0"], GuestConfigChanges.Between(before, after).Set.Keys.Order());
        Assert.Equal((7, before.Net[0].MacAddr), (after.Net[0].Tag, after.Net[0].MacAddr));
        Assert.NotEqual(before.Digest, after.Digest);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_ThatChangesNothing_SendsNothing(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        GuestConfigChanges sent = sync ? vm.Config.Update(static c => c with { Cores = c.Cores }) : await vm.Config.UpdateAsync(static c => c with { Cores = c.Cores });
        Assert.True(sent.IsEmpty);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "22")]
    public async Task Update_AfterSomebodyElsesChange_IsAConflict(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        VmConfig Change(VmConfig c)
        {
            cluster.Pve.Vms[vm.Id].Config.Update(static other => other with { Description = $"{other.Description}x" });
            return c with { Cores = 2 };
        }

        ProxmoxConflictException exception = sync
            ? Assert.Throws<ProxmoxConflictException>(() => vm.Config.Update(Change))
            : await Assert.ThrowsAsync<ProxmoxConflictException>(() => vm.Config.UpdateAsync(Change));
        Assert.StartsWith($"Unable to change the configuration of VM {vm.Id} on {cluster.Node}: ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await vm.Config.GetAsync()).Cores);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Update_WithAttemptsLeft_ReadsAgainAndChangesAnew(bool sync, bool inATask)
    {
        Vm vm = await NewVmAsync(cluster);
        int rounds = 0;
        VmConfig Change(VmConfig c)
        {
            if (++rounds == 1)
            {
                cluster.Pve.Vms[vm.Id].Config.Update(static other => other with { Description = "theirs" });
            }

            return c with { Cores = 2, Tags = c.Tags.Add("mine") };
        }

        GuestConfigUpdateOptions options = new() { Attempts = 2 };
        if (inATask)
        {
            PveTask? task = sync ? vm.Config.StartUpdate(Change, null, options) : await vm.Config.StartUpdateAsync(Change, null, options);
            await task!.WaitForCompletionAsync(Fast);
        }
        else if (sync)
        {
            vm.Config.Update(Change, options);
        }
        else
        {
            await vm.Config.UpdateAsync(Change, options);
        }

        VmConfig after = await vm.Config.GetAsync();
        Assert.Equal((2, 2, "theirs"), (rounds, after.Cores, after.Description));
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartUpdate_WithTimeToWait_IsDoneWhenItAnswers(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        static VmConfig Change(VmConfig c) => c with { Cores = 2 };
        PveTask? task = sync ? vm.Config.StartUpdate(Change, TimeSpan.FromSeconds(5)) : await vm.Config.StartUpdateAsync(Change, TimeSpan.FromSeconds(5));
        Assert.Null(task);
        Assert.Equal(2, (await vm.Config.GetAsync()).Cores);
        Assert.Null(sync ? vm.Config.StartUpdate(static c => c) : await vm.Config.StartUpdateAsync(static c => c));
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_OfARunningMachine_IsPendingUntilReverted(bool sync)
    {
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Start = true });
        await vm.Config.UpdateAsync(static c => c with { Memory = 128 });
        PendingOption pending = (sync ? vm.Config.GetPending() : await vm.Config.GetPendingAsync()).Single(static option => option.HasChange);
        Assert.Equal(("memory", "64", "128"), (pending.Key, pending.Value, pending.Pending));
        GuestConfigReadOptions current = new() { Current = true };
        Assert.Equal(64, (sync ? vm.Config.Get(current) : await vm.Config.GetAsync(current)).Memory);
        Assert.Equal(128, (await vm.Config.GetAsync()).Memory);
        if (sync)
        {
            vm.Config.Revert(["memory"]);
        }
        else
        {
            await vm.Config.RevertAsync(["memory"]);
        }

        Assert.DoesNotContain(await vm.Config.GetPendingAsync(), static option => option.HasChange || option.Key == "digest");
        await DoneAsync(vm.StopAsync());
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "22")]
    public async Task DeleteKeys_WithAnOldDigest_IsAConflictAndWithTheNewOneWorks(bool sync)
    {
        Vm vm = await NewVmAsync(cluster, static spec => spec with { Ide = [new(2, VmSpec.CdRom())], Net = spec.Net.Add(spec.Net[0]) });
        Digest old = (await vm.Config.GetAsync()).Digest!.Value;
        await vm.Config.UpdateAsync(static c => c with { Description = "x" });
        Digest present = (await vm.Config.GetAsync()).Digest!.Value;
        if (sync)
        {
            Assert.Throws<ProxmoxConflictException>(() => vm.Config.DeleteKeys(["net1", "ide2"], old));
            vm.Config.DeleteKeys(["net1", "ide2"], present);
        }
        else
        {
            await Assert.ThrowsAsync<ProxmoxConflictException>(() => vm.Config.DeleteKeysAsync(["net1", "ide2"], old));
            await vm.Config.DeleteKeysAsync(["net1", "ide2"], present);
        }

        VmConfig after = await vm.Config.GetAsync();
        Assert.Empty(after.Ide);
        Assert.Equal([0], after.Net.Keys);
        await Assert.ThrowsAsync<ArgumentException>(() => vm.Config.DeleteKeysAsync([]));
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "22")]
    public async Task DetachAndDestroy_OfDisks_AreDifferentCalls(bool sync)
    {
        Vm vm = await NewVmAsync(cluster, spec => spec with { Scsi = spec.Scsi.Add(spec.Scsi[0]).Add(spec.Scsi[0]) });
        if (sync)
        {
            vm.DetachDisk("scsi1");
            vm.DestroyDisk("scsi2");
        }
        else
        {
            await vm.DetachDiskAsync("scsi1");
            await vm.DestroyDiskAsync("scsi2");
        }

        VmConfig config = await vm.Config.GetAsync();
        Assert.Equal([0], config.Scsi.Keys);
        Assert.Equal([0], config.Unused.Keys);
        await Assert.ThrowsAsync<ArgumentException>(() => vm.DetachDiskAsync("unused0"));
        await Assert.ThrowsAsync<ArgumentException>(() => vm.Config.UpdateAsync(static c => c with { Unused = [] }));
        await vm.DestroyDiskAsync("unused0");
        Assert.Empty((await vm.Config.GetAsync()).Unused);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MoveDisk_ToAnotherFormat_LeavesTheOriginalUnusedOrNot(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        GuestMoveDiskOptions options = new() { Storage = StorageId.Parse(cluster.Storage), Format = DiskFormat.Raw };
        await DoneAsync(sync, () => vm.MoveDisk("scsi0", options), () => vm.MoveDiskAsync("scsi0", options));
        Assert.Equal([0], (await vm.Config.GetAsync()).Unused.Keys);
        GuestMoveDiskOptions clean = options with { Format = DiskFormat.Qcow2, DeleteSource = true, Digest = (await vm.Config.GetAsync()).Digest };
        await DoneAsync(sync, () => vm.MoveDisk("scsi0", clean), () => vm.MoveDiskAsync("scsi0", clean));
        Assert.Equal([0], (await vm.Config.GetAsync()).Unused.Keys);
        await RemoveAsync(vm);
    }

    [Fact]
    public async Task Update_WithAConfigurationFromElsewhere_IsRefused()
    {
        Vm vm = await NewVmAsync(cluster);
        await Assert.ThrowsAsync<ArgumentException>(() => vm.Config.UpdateAsync(static _ => VmConfig.FromValues(new Dictionary<string, string> { ["cores"] = "4" })));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => vm.Config.UpdateAsync(static c => c, new GuestConfigUpdateOptions { Attempts = 0 }));
        Assert.Equal(1, (await vm.Config.GetAsync()).Cores);
        await RemoveAsync(vm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "11")]
    public async Task CloudInit_Applied_ComesBackAsItWasGiven(bool sync)
    {
        Vm vm = await NewVmAsync(cluster);
        CloudInitSettings settings = new()
        {
            User = "admin",
            Password = "a;b&c=d%",
            SshKeys = ["ssh-ed25519 A+B/C== me@host", "ssh-rsa DDDD you"],
            IpConfig = [IpConfigs.Dhcp],
            NameServer = "10.0.0.1",
            DriveStorage = StorageId.Parse(cluster.Storage),
        };
        GuestConfigChanges changes = sync ? vm.CloudInit.Apply(settings) : await vm.CloudInit.ApplyAsync(settings);
        Assert.Contains("sshkeys", changes.Set.Keys);
        VmConfig config = await vm.Config.GetAsync();
        Assert.Equal(settings.SshKeys, config.SshKeys);
        Assert.Equal(("admin", "dhcp", "10.0.0.1"), (config.CiUser, config.IpConfig[0].Ip, config.NameServer));
        Assert.NotEqual(settings.Password, config.CiPassword);
        Assert.True((await vm.Config.UpdateAsync(c => c.WithCloudInit(settings with { Password = null, DriveStorage = null }))).IsEmpty);
        Assert.NotNull(sync ? vm.CloudInit.GetUserData() : await vm.CloudInit.GetUserDataAsync());
        Assert.NotNull(sync ? vm.CloudInit.GetNetworkConfig() : await vm.CloudInit.GetNetworkConfigAsync());
        Assert.NotNull(sync ? vm.CloudInit.GetMetadata() : await vm.CloudInit.GetMetadataAsync());
        await RemoveAsync(vm);
    }
}
