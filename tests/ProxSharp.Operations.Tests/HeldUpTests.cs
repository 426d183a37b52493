using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Settings that hurt others only later: a job that fills its storage, a guest that all others wait for, a disk that is taken for shared.</summary>
public sealed class HeldUpTests
{
    [Theory]
    [InlineData("*:0/1", true)]
    [InlineData("*/5", true)]
    [InlineData("minutely", true)]
    [InlineData("mon..fri 8..17:0/10", true)]
    [InlineData("*:0,30", true)]
    [InlineData("*", true)]
    [InlineData("hourly", false)]
    [InlineData("*:00", false)]
    [InlineData("0", false)]
    [InlineData("21:00", false)]
    [InlineData("2/2:30", false)]
    [InlineData("8..17:00", false)]
    [InlineData("sat 22:15,45", false)]
    [InlineData("daily", false)]
    [InlineData("2026-*-01 02:00", false)]
    public async Task JobThatKeepsAll_AndRunsVeryOften_IsDisruptive(string schedule, bool isFrequent)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        PlanRequest Request(string path, Api.ApiMethod method) => new(method, path, new() { { "schedule", schedule }, { "vmid", "106" }, { "storage", "ceph" }, { "remove", false } });
        Plan plan = await cluster.Guard.PlanAsync([Request("/cluster/backup", Api.ApiMethod.Post)]);
        Assert.Equal(isFrequent ? OperationClass.Disruptive : OperationClass.Reversible, plan.Class);
        Assert.Equal(isFrequent, plan.Consequences.Any(static line => line.EndsWith(FrequentJobs.Why, StringComparison.Ordinal)));

        await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "POST", "/cluster/backup", "id=job1 vmid=106 storage=ceph schedule=sat remove=0")).Id);
        Plan changed = await cluster.Guard.PlanAsync([new PlanRequest(Api.ApiMethod.Put, "/cluster/backup/job1", new() { { "schedule", schedule } })]);
        Assert.Equal(OperationClass.Disruptive, changed.Class);
        Assert.Equal(isFrequent, changed.Consequences.Any(static line => line.EndsWith(FrequentJobs.Why, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("startup=order=0,up=1000000", OperationClass.Disruptive)]
    [InlineData("startup=down=3601", OperationClass.Disruptive)]
    [InlineData("startup=order=0,up=120,down=3600", OperationClass.Reversible)]
    [InlineData("scsi0=local-lvm:vm-106-disk-0,shared=1", OperationClass.Disruptive)]
    public async Task Guest_ThatOthersWaitFor_OrWhoseDiskIsTakenForShared_IsDisruptive(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", parameters);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(
            expected == OperationClass.Disruptive && parameters.StartsWith("startup", StringComparison.Ordinal),
            plan.Consequences.Any(static line => line.EndsWith(LongStarts.Why, StringComparison.Ordinal)));
    }
}
