using System.Text.Json.Nodes;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>A drive without a disk is taken out of a machine: nothing is lost.</summary>
public sealed class EjectionTests
{
    private const string Vm = "/nodes/pve1/qemu/106";
    private const string Config = Vm + "/config";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData("ide2=local:iso/debian-13.iso,media=cdrom", "delete=ide2", OperationClass.Reversible)]
    [InlineData("ide2=none,media=cdrom", "delete=ide2", OperationClass.Reversible)]
    [InlineData("ide2=local-lvm:cloudinit", "delete=ide2", OperationClass.Reversible)]
    [InlineData("ide2=none,media=cdrom", "delete=ide2,description", OperationClass.Reversible)]
    [InlineData("ide2=none,media=cdrom", "delete=ide2,scsi0", OperationClass.Destructive)]
    [InlineData("ide2=none,media=cdrom", "delete=ide2 net0=virtio,bridge=vmbr0", OperationClass.Disruptive)]
    [InlineData("ide2=none,media=cdrom", "delete=ide2 force=1", OperationClass.Destructive)]
    [InlineData("ide2=none,media=cdrom", "delete=scsi0", OperationClass.Destructive)]
    [InlineData("ide2=none,media=cdrom", "delete=IDE2", OperationClass.Destructive)]
    [InlineData("scsi5=local-lvm:1,media=cdrom", "delete=scsi5", OperationClass.Destructive)]
    [InlineData("ide2=none,media=cdrom", "revert=ide2", OperationClass.Destructive)]
    public async Task Drive_TakenOut_LosesNothingIfItHoldsNoDisk(string before, string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters(before));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, change);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected, cluster.Guard.Plans.Load(plan.Id).Class);
        bool isSaid = plan.Consequences.Any(static line => line.StartsWith("No data is lost with ide2 of guest 106", StringComparison.Ordinal));
        bool isDisk = plan.Consequences.Any(static line => line.StartsWith("A disk that is taken", StringComparison.Ordinal));
        Assert.True(expected == OperationClass.Destructive || (isSaid && !isDisk));
    }

    [Theory]
    [InlineData("local:iso/debian-13.iso,media=cdrom")]
    [InlineData("local-lvm:cloudinit")]
    [InlineData("local:cloudinit")]
    public async Task Drive_TakenOut_ComesBackWithItsUndo(string drive)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters($"ide2={drive}"));
        string before = (await cluster.ConfigAsync(106, "ide2"))!;
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=ide2")).Id);
        Assert.True(done.IsComplete);
        Assert.Null(await cluster.ConfigAsync(106, "ide2"));

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.StartsWith($"PUT {Config} ide2={(drive.EndsWith("cloudinit", StringComparison.Ordinal) ? $"{drive},media=cdrom" : before)}", Assert.Single(undo.Calls).ToString(), StringComparison.Ordinal);
        Assert.Equal(drive.EndsWith("cloudinit", StringComparison.Ordinal) ? OperationClass.Disruptive : OperationClass.Reversible, undo.Class);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(before, await cluster.ConfigAsync(106, "ide2"));
        Assert.Equal(GuardRefusedException.Unneeded, await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Theory]
    [InlineData("boot=order=ide2;scsi0", OperationClass.Disruptive)]
    [InlineData("boot=order=scsi0;ide2", OperationClass.Reversible)]
    public async Task Drive_ThatTheMachineStartsFrom_IsDisruptive(string order, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=local:iso/debian-13.iso,media=cdrom"));
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters(order));
        Assert.Equal(expected, (await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=ide2")).Class);
    }

    [Theory]
    [InlineData("PUT", Config, "ide2=local-lvm:1")]
    [InlineData("PUT", Config, "delete=ide2")]
    [InlineData("POST", Vm + "/snapshot/before/rollback", "")]
    public async Task Drive_ThatAnEarlierCallMayChange_CountsAsADisk(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=none,media=cdrom"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Vm + "/snapshot", TextPlans.Parameters("snapname=before")));
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request(method, path, parameters), TextPlans.Request("PUT", Config, "delete=ide2")]);
        Assert.Equal(OperationClass.Destructive, plan.Calls[1].Class);
        plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", Config, "memory=3072"), TextPlans.Request("PUT", Config, "delete=ide2")]);
        Assert.Equal(OperationClass.Reversible, plan.Calls[1].Class);
    }

    [Fact]
    public async Task Policy_ThatAllowsNoLoss_LetsACdOut_AndNoDisk()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=local:iso/debian-13.iso,media=cdrom"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=ide2");
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=local-lvm:1"));
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal("policy", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "PUT", Config, "delete=ide2")));
    }

    [Theory]
    [InlineData("""["scsi0"]""")]
    [InlineData("""["ide2","scsi0"]""")]
    [InlineData("""["net0"]""")]
    [InlineData("""["rootfs"]""")]
    public async Task File_ThatSaysSoOfAnotherDrive_IsNoPlan(string drives)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("ide2=none,media=cdrom"));
        JsonNode json = JsonNode.Parse((await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=ide2")).ToJson())!;
        json["calls"]![0]!["ejects"] = JsonNode.Parse(drives);
        Assert.Throws<FormatException>(() => Plan.Parse(json.ToJsonString()));
    }

    [Fact]
    public async Task File_ThatCallsADiskADrive_IsRefusedByWhatTheServerSays()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("scsi5=none,media=cdrom"));
        string said = (await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=scsi5")).Consequences[1].Replace("scsi5", "scsi0", StringComparison.Ordinal);
        await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters("delete=scsi5"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, "delete=scsi0");
        string forged = RedTeamForgeryTests.Forge(cluster, plan, json =>
        {
            json["calls"]![0]!["ejects"] = new JsonArray("scsi0");
            json["consequences"]![0] = plan.Consequences[0].Replace("destructive", "reversible", StringComparison.Ordinal);
            json["consequences"]![1] = said;
        }, isSealed: true);
        Assert.Equal(OperationClass.Reversible, Plan.Parse(File.ReadAllText(Path.Combine(cluster.Folder, "state", "plans", forged + ".json"))).Class);
        Assert.Equal("tampered", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        cluster.Policy("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
    }
}
