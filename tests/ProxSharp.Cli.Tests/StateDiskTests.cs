using System.Text.Json;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Disks of a file: no volume is used twice, none is looked for in vain, none is made without a size.</summary>
public sealed class StateDiskTests
{
    [Theory]
    [InlineData("{scsi0: 'local-lvm:vm-106-disk-0,size=20G'}", "{scsi1: 'local-lvm:vm-106-disk-0,size=20G'}", "scsi1 names 'local-lvm:vm-106-disk-0', which is in use as scsi0: for a new disk write 'local-lvm:20'")]
    [InlineData("{scsi0: 'local-lvm:vm-106-disk-1,size=4G'}", "{scsi0: 'local-lvm:vm-106-disk-0,size=4G', scsi1: 'local-lvm:vm-106-disk-1,size=4G'}", "scsi1 names 'local-lvm:vm-106-disk-1', which is in use as scsi0")]
    [InlineData("{}", "{scsi1: 'local-lvm:vm-106-disk-7,size=4G', sata0: 'local-lvm:vm-106-disk-7,size=4G'}", "sata0 names 'local-lvm:vm-106-disk-7', which is in use as scsi1")]
    [InlineData("{virtio3: 'local:9000/base-9000-disk-0.qcow2/106/vm-106-disk-0.qcow2,size=4G'}", "{scsi1: 'local:106/vm-106-disk-0.qcow2,size=4G'}", "in use as virtio3")]
    [InlineData("{efidisk0: 'local-lvm:vm-106-disk-1,size=4M'}", "{tpmstate0: 'local-lvm:vm-106-disk-1,size=4M'}", "in use as efidisk0")]
    public void Of_VolumeThatIsInUse_IsBlocked(string present, string file, string reason)
    {
        GuestDifference difference = Of("qemu", file, present);

        Assert.Contains(reason, Assert.Single(difference.Blocked), StringComparison.Ordinal);
        Assert.DoesNotContain(difference.Keys, key => reason.StartsWith(key.Key, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_VolumeOfAContainerThatIsInUse_IsBlocked() => Assert.Contains(
        "mp0 names 'local-lvm:vm-106-disk-0', which is in use as rootfs: for a new disk write 'local-lvm:8,mp=/data'",
        Of("lxc", "{mp0: 'local-lvm:vm-106-disk-0,mp=/data,size=8G'}", "{rootfs: 'local-lvm:vm-106-disk-0,size=8G'}").Blocked);

    [Theory]
    [InlineData("{scsi0: 'local-lvm:vm-106-disk-0,size=20G'}", "{scsi0: null, scsi1: 'local-lvm:vm-106-disk-0,size=20G'}", "scsi0,scsi1")]
    [InlineData("{scsi0: 'local-lvm:vm-106-disk-0,size=20G'}", "{scsi0: 'none,media=cdrom', scsi1: 'local-lvm:vm-106-disk-0,size=20G'}", "scsi0,scsi1")]
    [InlineData("{unused0: 'local-lvm:vm-106-disk-0'}", "{scsi1: 'local-lvm:vm-106-disk-0,size=20G'}", "scsi1")]
    [InlineData("{mp0: '/srv/a,mp=/a'}", "{mp1: '/srv/a,mp=/b'}", "mp1")]
    public void Of_VolumeThatMoves_IsAttached(string present, string file, string keys)
    {
        GuestDifference difference = Of("qemu", file, present);

        Assert.Empty(difference.Blocked);
        Assert.Equal(keys, string.Join(',', difference.Keys.Select(static key => key.Key)));
    }

    [Fact]
    public void Of_DeviceWhereAVolumeIsWished_SaysWhatCanBeDone()
    {
        string reason = Assert.Single(Of("qemu", "{virtio0: 'local-lvm:vm-106-disk-0,size=4G'}", "{virtio0: '/dev/disk/by-id/x,size=4G'}").Blocked);

        Assert.Contains("virtio0 is '/dev/disk/by-id/x', which is no volume and cannot be moved", reason, StringComparison.Ordinal);
        Assert.Contains("apply virtio0: null first", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("move-disk", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ceph:vm-303-disk-0")]
    [InlineData("ceph:vm-303-disk-0,size=0")]
    public void AsWish_DiskWithoutASize_IsRefused(string text)
    {
        GuestDisk disk = GuestDisk.Parse(text);

        Assert.Contains("does not say how large scsi0 ('ceph:vm-303-disk-0') is", Assert.Throws<CliException>(() => disk.AsWish("scsi0")).Message, StringComparison.Ordinal);
        Assert.Equal("ceph:GIBIBYTES", disk.Advice("scsi0"));
        Assert.Equal("ceph:1", disk.AsWish("efidisk0"));
    }

    [Fact]
    public async Task Apply_NewGuestWithADiskWithoutASize_SendsNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("size.yaml", "prox: 1\nguests:\n- {vmid: 303, node: pve1, config: {name: a, scsi0: 'local-lvm:vm-303-disk-0'}}\n");

        Assert.Contains("does not say how large scsi0", (await cli.LineAsync("apply -f size.yaml")).FailedWith(2), StringComparison.Ordinal);
        Assert.DoesNotContain("303", (await cli.LineAsync("vm list -o name --fields vmid")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OwnVolumeThatIsGone_IsBlockedBeforeAnythingIsSent()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("gone.yaml", "prox: 1\nguests:\n- {vmid: 104, config: {description: changed}}\n- {vmid: 106, config: {scsi1: 'local-lvm:vm-106-disk-9,size=4G'}}\n");

        string error = (await cli.LineAsync("apply -f gone.yaml")).FailedWith(6);

        Assert.Contains("scsi1 names 'local-lvm:vm-106-disk-9', which its storage does not list: for a new, empty disk write 'local-lvm:4'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("changed", (await cli.LineAsync("vm config 104 -o json")).Succeeded(), StringComparison.Ordinal);
        cli.Write("new.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi1: 'local-lvm:4'}}\n");
        (await cli.LineAsync("apply -f new.yaml")).Succeeded();
        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f new.yaml")).Errors);
    }

    [Fact]
    public async Task Apply_VolumeOfAStorageThatIsNotThere_IsRefusedUnlessTheFileDefinesIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        const string Guests = "guests:\n- {vmid: 104, config: {description: changed}}\n- {vmid: 106, config: {scsi1: 'later:106/vm-106-disk-9.raw,size=4G'}}\n";
        cli.Write("without.yaml", $"prox: 1\n{Guests}");
        cli.Write("with.yaml", $"prox: 1\nstorages:\n- {{storage: later, type: dir, path: /srv/later, content: images}}\n{Guests}");

        CliRun without = await cli.LineAsync("apply -f without.yaml --yes");
        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("later", without.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("changes were made", without.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("changed", (await cli.LineAsync("vm config 104 -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("create storages later", (await cli.LineAsync("diff -f with.yaml")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_VolumeUnderAnotherKey_IsNeverAttachedTwiceAndMayMove()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("twice.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi1: 'local-lvm:vm-106-disk-0,size=20G'}}\n");
        cli.Write("move.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi0: null, scsi1: 'local-lvm:vm-106-disk-0,size=20G'}}\n");

        Assert.Contains("in use as scsi0", (await cli.LineAsync("apply -f twice.yaml --yes")).FailedWith(6), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f move.yaml --yes")).Succeeded();
        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f move.yaml")).Errors);
        Assert.Contains("vm-106-disk-0", (await cli.LineAsync("vm config 106 --query scsi1 -o name")).Succeeded(), StringComparison.Ordinal);
    }

    private static GuestDifference Of(string type, string file, string present) =>
        GuestDifference.Of(type, Read(file), Read(present), GuestSection.Own, "106");

    private static JsonElement Read(string text) => YamlReading.Read(text, "text");
}
