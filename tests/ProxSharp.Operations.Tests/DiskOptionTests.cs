using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Options with which a disk that a guest has keeps nothing, or is in no backup any more: that is no matter of settings.</summary>
public sealed class DiskOptionTests
{
    private const string Vm = "/nodes/pve1/qemu/106";
    private const string Container = "/nodes/pve2/lxc/203";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":4},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData(Vm, "scsi0={0},snapshot=1", OperationClass.Destructive)]
    [InlineData(Vm, "scsi0={0},snapshot=on", OperationClass.Destructive)]
    [InlineData(Vm, "scsi0={0},snapshot=Yes", OperationClass.Destructive)]
    [InlineData(Vm, "scsi0={0},snapshot=0", OperationClass.Reversible)]
    [InlineData(Vm, "scsi0={0},cache=unsafe", OperationClass.Disruptive)]
    [InlineData(Vm, "scsi0={0},cache=none", OperationClass.Reversible)]
    [InlineData(Vm, "scsi0={0},backup=0", OperationClass.Privileged)]
    [InlineData(Vm, "scsi0={0},backup=no", OperationClass.Privileged)]
    [InlineData(Vm, "scsi0={0},backup=1", OperationClass.Reversible)]
    [InlineData(Vm, "scsi0={0},replicate=0", OperationClass.Disruptive)]
    [InlineData(Vm, "scsi0={0},werror=ignore", OperationClass.Disruptive)]
    [InlineData(Vm, "scsi0={0},media=cdrom", OperationClass.Privileged)]
    [InlineData(Vm, "scsi0={0},format=qcow2", OperationClass.Privileged)]
    [InlineData(Vm, "virtio0={0},snapshot=1", OperationClass.Destructive)]
    [InlineData(Vm, "virtio0=file={0},backup=0", OperationClass.Privileged)]
    [InlineData(Vm, "virtio0={0}", OperationClass.Destructive)]
    [InlineData(Vm, "virtio0={0} delete=scsi0", OperationClass.Destructive)]
    [InlineData(Container, "mp0={2},mp=/elsewhere", OperationClass.Disruptive)]
    [InlineData(Container, "mp4=local-lvm:4,mp=/etc", OperationClass.Disruptive)]
    [InlineData(Container, "mp4=local-lvm:4,mp=/usr/bin/", OperationClass.Disruptive)]
    [InlineData(Container, "mp4=local-lvm:4,mp=/srv/data", OperationClass.Reversible)]
    [InlineData(Container, "mp5=volume={1},mp=/z,backup=0", OperationClass.Privileged)]
    [InlineData(Vm, "scsi0={0},discard=on", OperationClass.Reversible)]
    [InlineData(Vm, "scsi5=local-lvm:4,snapshot=1,backup=0", OperationClass.Reversible)]
    [InlineData(Vm, "ide2=none,media=cdrom,backup=0", OperationClass.Reversible)]
    [InlineData(Container, "mp1={1},mp=/b", OperationClass.Privileged)]
    [InlineData(Container, "mp1={1},mp=/b,backup=0", OperationClass.Privileged)]
    [InlineData(Container, "mp1={1},mp=/b,backup=1,ro=1", OperationClass.Disruptive)]
    [InlineData(Container, "mp1={1},mp=/b,backup=1,mountoptions=noatime;noexec", OperationClass.Disruptive)]
    [InlineData(Container, "mp1={1},mp=/b,backup=1,mountoptions=noatime", OperationClass.Reversible)]
    [InlineData(Vm, "scsi0={0},ro=1", OperationClass.Disruptive)]
    [InlineData(Vm, "scsi0={0},ro=0", OperationClass.Reversible)]
    [InlineData(Container, "mp0={2},mp=/a,acl=1", OperationClass.Reversible)]
    [InlineData(Container, "mp0={2},mp=/a,backup=1", OperationClass.Reversible)]
    [InlineData(Container, "mp0={2},mp=/a,replicate=0", OperationClass.Disruptive)]
    [InlineData(Container, "mp4=local-lvm:4,mp=/c,backup=0", OperationClass.Reversible)]
    public async Task Option_OfADiskThatAGuestHas_HasTheClassOfWhatIsLost(string guest, string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Container + "/config", TextPlans.Parameters("mp0=local-lvm:1,mp=/a mp1=local-lvm:1,mp=/b,backup=1"));
        string[] volumes =
        [
            await VolumeAsync(cluster, 106, "scsi0", "pve1", "qemu"), await VolumeAsync(cluster, 203, "mp1", "pve2", "lxc"), await VolumeAsync(cluster, 203, "mp0", "pve2", "lxc"),
        ];
        string filled = Enumerable.Range(0, volumes.Length).Aggregate(parameters, (text, i) => text.Replace($"{{{i}}}", volumes[i], StringComparison.Ordinal));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", guest + "/config", filled);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected, cluster.Guard.Plans.Load(plan.Id).Class);
    }

    [Fact]
    public async Task Option_ThatWasSetBefore_MakesNothingWorse()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string volume = await VolumeAsync(cluster, 106, "scsi0", "pve1", "qemu");
        await cluster.Other.Raw.PutAsync(Vm + "/config", TextPlans.Parameters($"scsi0={volume},snapshot=1,backup=0,cache=unsafe"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Vm + "/config", $"scsi0={volume},snapshot=1,backup=0,cache=unsafe,iothread=1");
        Assert.Equal(OperationClass.Reversible, plan.Class);
    }

    [Fact]
    public async Task Disk_ThatPassesForACdRom_IsStillADisk()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string volume = await VolumeAsync(cluster, 106, "scsi0", "pve1", "qemu");
        await cluster.Other.Raw.PutAsync(Vm + "/config", TextPlans.Parameters($"scsi0={volume},media=cdrom"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Vm + "/config", $"scsi0={volume},snapshot=1");
        Assert.Equal(OperationClass.Destructive, plan.Class);
    }

    [Fact]
    public async Task WritesThatAreThrownAway_NeedAPerson_AndAreNoDiskOfAnother()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible","destructive"]}]}""", DefaultCluster.Build);
        cluster.Asked.Answer = static _ => Task.FromResult(false);
        string volume = await VolumeAsync(cluster, 106, "scsi0", "pve1", "qemu");
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Vm + "/config", $"scsi0={volume},snapshot=1");
        Assert.DoesNotContain(plan.Consequences, static line => line.Contains("another guest", StringComparison.Ordinal));
        Assert.Single(plan.Undo);
        Assert.Equal("declined", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal(1, cluster.Asked.Count);
    }

    private static async Task<string> VolumeAsync(GuardedCluster cluster, int vmid, string key, string node, string type) =>
        (await cluster.ConfigAsync(vmid, key, node, type))!.Split(',')[0];
}
