using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Tests;

/// <summary>A call may be several things at once, and what it is beside its worst is not forgotten: the policy says something about each.</summary>
public sealed class ClassSetTests
{
    private const string Vm = "/nodes/pve1/qemu/106/config";

    private const string WithoutLoss = """
        {"version":1,"allow":[{"classes":["reversible","privileged"]}],"limits":{"targetsPerPlan":50},"approval":{"privileged":"none"}}
        """;

    private const string WithoutInterruption = """
        {"version":1,"allow":[{"classes":["reversible","destructive"]}],"limits":{"targetsPerPlan":50},"approval":{"destructive":"none"}}
        """;

    private const string Asking = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "snapshotFirst":["destructive"],"approval":{"disruptive":"none","destructive":"prompt","privileged":"none"}}
        """;

    [Theory]
    [InlineData("PUT", Vm, "delete=scsi0 cipassword=abcdefg")]
    [InlineData("PUT", Vm, "delete=scsi0 force=1 args=-x")]
    [InlineData("PUT", Vm, "template=1 args=-x")]
    [InlineData("DELETE", "/nodes/pve1/qemu/106", "skiplock=1")]
    [InlineData("POST", "/nodes/pve1/vzdump", "vmid=106 storage=local prune-backups=keep-last=1 mailto=a@b.c")]
    [InlineData("POST", "/cluster/backup", "vmid=106 schedule=daily storage=local prune-backups=keep-last=1 mailto=a@b.c")]
    [InlineData("PUT", "/storage/local", "prune-backups=keep-last=1")]
    public async Task Plan_CallThatIsPrivilegedToo_NeedsWhatItLosesAllowed(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(WithoutLoss);

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, parameters));

        Assert.Equal("policy", refusal.Reason);
        Assert.Contains("allows destructive calls", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete=net0,scsi0")]
    [InlineData("delete=scsi0 net0=virtio,bridge=vmbr0")]
    [InlineData("template=1 delete=net0")]
    public async Task Plan_CallThatLosesAndInterrupts_NeedsBothAllowed(string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(WithoutInterruption);

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "PUT", Vm, parameters));

        Assert.Contains("allows disruptive calls", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_CallOfSeveralClasses_SaysAllAndAsksAsTheStrictestWants()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Asking);

        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Vm, "delete=scsi0 cipassword=abcdefg");

        Assert.Equal("privileged and destructive", plan.ClassWords);
        Assert.Equal(OperationClass.Privileged, plan.Class);
        Assert.Contains(plan.Describe(), static line => line.Contains("(privileged and destructive)", StringComparison.Ordinal));
        Assert.Contains(plan.Consequences, static line => line.StartsWith("There is no backup of guest 106", StringComparison.Ordinal));
        Assert.Equal(ApprovalKind.Prompt, cluster.Guard.NeededApproval(plan));
        Assert.EndsWith("/snapshot", plan.Calls[0].Path, StringComparison.Ordinal);
        Assert.Equal(plan.Classes, Plan.Parse(plan.ToJson()).Classes);
    }

    [Fact]
    public async Task Plan_ClassOfTheServersState_StaysBesideThoseOfTheParameters()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Asking);
        await using (Pve.PveClient root = cluster.OpenRoot())
        {
            await root.Raw.PutAsync("/storage/local", new ApiParameters { { "prune-backups", "keep-last=1" } }, cancellationToken: TestContext.Current.CancellationToken);
        }

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/vzdump", "vmid=106 storage=local mailto=a@b.c");

        Assert.Equal([OperationClass.Privileged, OperationClass.Destructive], plan.Classes);
        Assert.Equal(plan.Classes, Plan.Parse(plan.ToJson()).Classes);
    }

    [Theory]
    [InlineData("keep-last=1 prune-schedule=daily", "privileged and destructive")]
    [InlineData("delete=prune-schedule", "privileged and destructive")]
    [InlineData("maintenance-mode=offline", "privileged and disruptive")]
    [InlineData("comment=x", "privileged")]
    public void Datastore_Changed_IsWhatItsParametersMakeOfIt(string parameters, string expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Put, "/config/datastore/{name}");

        Assert.Equal(expected, entry.SetOf(TextPlans.Parameters(parameters)).Words);
    }
}
