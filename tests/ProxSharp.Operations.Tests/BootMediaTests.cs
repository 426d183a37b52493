using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>An image in a drive is worse where the machine starts from it.</summary>
public sealed class BootMediaTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","privileged"]}],"approval":{"disruptive":"none","privileged":"none"}}
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
    public async Task Image_InADriveOfTheBootOrder_IsPrivilegedBeforeTheFirstDisk(string order, string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=none,media=cdrom"));
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters(order));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, change);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected == OperationClass.Privileged, plan.Describe()[1].EndsWith(BootMedia.Why, StringComparison.Ordinal));
    }
}
