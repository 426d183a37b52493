using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>An image in a drive is worse where the machine starts from it.</summary>
public sealed class BootMediaTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":4},"approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    private const string Config = "/nodes/pve1/qemu/106/config";

    [Theory]
    [InlineData("boot=order=ide2;scsi0", "ide2=local:iso/debian.iso,media=cdrom", OperationClass.Privileged)]
    [InlineData("boot=order=net0;ide2;scsi0", "ide2=local:iso/debian.iso,media=cdrom", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0;ide2;net0", "ide2=local:iso/debian.iso,media=cdrom", OperationClass.Reversible)]
    [InlineData("boot=order=ide2;scsi0", "ide3=none,media=cdrom", OperationClass.Reversible)]
    [InlineData("boot=order=ide2;scsi0", "ide3=local:iso/debian.iso,media=cdrom", OperationClass.Reversible)]
    [InlineData("boot=order=ide2;scsi0", "description=new", OperationClass.Reversible)]
    [InlineData("delete=boot", "ide2=local:iso/debian.iso,media=cdrom", OperationClass.Reversible)]
    [InlineData("boot=order=ide2;scsi0", "cdrom=local:iso/debian.iso", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0;ide2", "cdrom=local:iso/debian.iso", OperationClass.Reversible)]
    [InlineData("boot=order=ide2;scsi0", "ide2=local:iso/debian.iso", OperationClass.Privileged)]
    [InlineData("boot=order=ide2;scsi0", "ide2=local:iso/debian.iso,media=cdrom,serial=cloudinit", OperationClass.Privileged)]
    [InlineData("boot=order=ide2;scsi0", "ide2=local:iso/cloudinit.iso,media=cdrom", OperationClass.Privileged)]
    [InlineData("boot=order=ide2;scsi0", "ide2=local-lvm:cloudinit", OperationClass.Disruptive)]
    [InlineData("boot=order=ide2;scsi0", "ide2=local-lvm:0,import-from=local:import/other.qcow2", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0;ide2", "scsi0=local-lvm:0,import-from=local:import/other.qcow2", OperationClass.Privileged)]
    [InlineData("delete=boot", "scsi5=local-lvm:0,import-from=local:import/other.qcow2", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0", "scsi5=local-lvm:0,import-from=local:import/other.qcow2", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0", "scsi5=local:import/other.qcow2", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0", "efidisk0=local-lvm:0,import-from=local:import/other.qcow2", OperationClass.Privileged)]
    public async Task Image_InADriveOfTheBootOrder_IsPrivilegedBeforeTheFirstDisk(string order, string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=none,media=cdrom"));
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters(order));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, change);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected == OperationClass.Privileged, plan.Describe()[1].EndsWith(BootMedia.Why, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("boot=order=ide2", OperationClass.Privileged)]
    [InlineData("bootdisk=ide2", OperationClass.Privileged)]
    [InlineData("ide2=local:iso/debian.iso,media=cdrom", OperationClass.Privileged)]
    [InlineData("cdrom=local:iso/debian.iso", OperationClass.Privileged)]
    [InlineData("memory=512", OperationClass.Reversible)]
    public async Task Restore_WithABootMediumOfItsOwn_IsPrivileged(string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(
            cluster, "POST", "/nodes/pve3/qemu", $"vmid=300 archive=local:backup/vzdump-qemu-105-2026_07_19-02_00_00.vma.zst {change}");
        Assert.Equal(expected, plan.Class);
    }

    [Fact]
    public async Task SystemThatIsChangedInSeveralPlans_IsPrivilegedAsInOne()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("boot=order=scsi0;net0"));
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("delete=scsi0"));
        Task<Plan> Plan(string change) => TextPlans.PlanAsync(cluster, "PUT", Config, change);
        Assert.Equal(OperationClass.Privileged, (await Plan("scsi0=local-lvm:0,import-from=local:import/other.qcow2")).Class);
        Assert.Equal(OperationClass.Privileged, (await Plan("scsi5=local-lvm:vm-106-disk-0")).Class);
        Assert.Equal(OperationClass.Reversible, (await Plan("scsi0=local-lvm:vm-106-disk-0")).Class);
    }

    [Theory]
    [InlineData("args: -device x", "args")]
    [InlineData("hookscript: local:snippets/x.sh", "hookscript")]
    [InlineData("hostpci0: 0000:01:00.0", "hostpci0")]
    [InlineData("cores: 2", "")]
    public async Task Restore_OfSettingsThatReachTheHost_IsPrivileged(string setting, string told)
    {
        string[] parts = setting.Split(": ");
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, scenario =>
        {
            DefaultCluster.Build(scenario);
            scenario.AddVm("pve3", 740, "odd", guest => guest.Options[parts[0]] = parts[1]);
        });
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve3/vzdump", TextPlans.Parameters("vmid=740 storage=local")));
        string backup = (await cluster.Other.Raw.GetAsync("/nodes/pve3/storage/local/content", TextPlans.Parameters("content=backup vmid=740"))).Data[0].GetProperty("volid").GetString()!;

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve3/qemu", $"vmid=741 archive={backup} unique=1");

        Assert.Equal(told.Length > 0 ? OperationClass.Privileged : OperationClass.Reversible, plan.Class);
        Assert.Equal(told.Length > 0, plan.Describe()[1].EndsWith(RestoredSettings.Why, StringComparison.Ordinal));
        Assert.Equal(told.Length > 0, plan.Describe().Any(line => line.Contains($"the backup brings {told}", StringComparison.Ordinal)));
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("net0=virtio=BC:24:11:00:07:40,bridge=vmbr0", "disruptive calls on guest 740")]
    public async Task RestoreOverATestMachine_AsksNothingOfTheOneWhoseBackupItIs_ButForItsAddresses(string card, string refused)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]},{"classes":["disruptive","destructive"],"vmids":["106"]}],"limits":{"targetsPerPlan":4}}""");
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters($"vmid=740 memory=16 scsi0=local-lvm:1 {card}")));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=740 storage=local")));
        string backup = (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=740"))).Data[0].GetProperty("volid").GetString()!;

        Task<Plan> planned = TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=106 force=1 archive={backup}");

        if (refused.Length > 0)
        {
            Assert.Contains(refused, (await Assert.ThrowsAsync<GuardRefusedException>(() => planned)).Message, StringComparison.Ordinal);
            return;
        }

        Assert.True((await planned).Calls[0].Set.Has(OperationClass.Destructive));
    }

    [Theory]
    [InlineData(740, "virtio0=local-lvm:1", "", "scsi0")]
    [InlineData(740, "scsi0=local-lvm:1", "", "")]
    [InlineData(740, "scsi0=local-lvm:1", "scsi0", "unused0")]
    [InlineData(106, "", "scsi0", "")]
    public async Task RestoreOverAMachine_OfAnotherSystem_BesideDisksThatStay_IsPrivileged(int source, string disk, string detached, string stays)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        if (source != 106)
        {
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters($"vmid={source} memory=16 {disk}")));
        }

        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters($"vmid={source} storage=local")));
        string backup = (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters($"content=backup vmid={source}"))).Data[0].GetProperty("volid").GetString()!;
        if (detached.Length > 0)
        {
            await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters($"delete={detached}"));
        }

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=106 force=1 archive={backup}");

        cluster.Policy("""{"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":4}}""");
        GuardRefusedException? refusal = await Record.ExceptionAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=106 force=1 archive={backup}"))
            as GuardRefusedException;
        Assert.Equal(stays.Length > 0, refusal?.Message.EndsWith($"(disks that stay beside the other system: {stays})", StringComparison.Ordinal) == true);
        Assert.True(plan.Calls[0].Set.Has(OperationClass.Destructive));
        Assert.Equal(stays.Length > 0, plan.Calls[0].Set.Has(OperationClass.Privileged));
        Assert.Equal(stays.Length > 0, plan.Describe().Any(line => line.Contains($"disks that stay beside the other system {stays}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("scsi1=local-lvm:0,import-from=local-lvm:vm-106-disk-0 ide2=local:iso/debian.iso,media=cdrom boot=order=ide2", OperationClass.Privileged)]
    [InlineData("scsi1=local-lvm:0,import-from=local-lvm:vm-106-disk-0 boot=order=scsi1", OperationClass.Reversible)]
    [InlineData("scsi0=local-lvm:0,import-from=local-lvm:vm-106-disk-0 scsi1=local-lvm:0,import-from=local-lvm:vm-102-disk-0 boot=order=scsi0", OperationClass.Privileged)]
    [InlineData("scsi0=local-lvm:0,import-from=local-lvm:vm-106-disk-0 efidisk0=local-lvm:0,import-from=local-lvm:vm-102-disk-0 boot=order=scsi0", OperationClass.Privileged)]
    [InlineData("scsi0=local-lvm:0,import-from=local-lvm:vm-106-disk-0 scsi1=local-lvm:0,import-from=local-lvm:vm-106-disk-1 boot=order=scsi0", OperationClass.Reversible)]
    [InlineData("scsi1=local-lvm:4 ide2=local:iso/debian.iso,media=cdrom boot=order=ide2", OperationClass.Reversible)]
    public async Task Machine_MadeFromTheDiskOfAnother_StartsNothingElseReversibly(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Equal(expected, (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=300 {parameters}")).Class);
    }

    [Fact]
    public async Task Image_UnderTheOtherNameOfItsDrive_IsTakenBackInTheDrive()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=local:iso/debian-13.iso,media=cdrom"));

        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, "cdrom=none");

        Assert.Contains("ide2=none,media=cdrom", Assert.Single(plan.Calls).ToString(), StringComparison.Ordinal);
        Assert.Contains("ide2=local:iso/debian-13.iso,media=cdrom", Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "PUT", Config, "cdrom=none ide2=none,media=cdrom"));
    }
}
