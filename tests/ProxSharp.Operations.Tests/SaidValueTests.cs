using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>
/// What a call has left is what it said, and not what somebody else has set between the call and the look at it; how servers write a value makes no difference.
/// </summary>
public sealed class SaidValueTests
{
    private const string Config = "/nodes/pve1/qemu/106/config";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("memory=4096", "memory=8192", "memory of " + Config + " was “4096” and is “8192”")]
    [InlineData("tags=ours", "delete=tags", "tags of " + Config + " was “ours” and is not set")]
    [InlineData("tags=ours", "tags=ours;theirs", "tags of " + Config + " was “ours” and is “ours;theirs”")]
    [InlineData("delete=tags", "tags=theirs", "tags of " + Config + " was not set and is “theirs”")]
    [InlineData("net1=virtio,bridge=vmbr0", "net1=virtio=BC:24:11:00:00:99,bridge=vmbr0,firewall=1", "net1 of " + Config + " was “virtio,bridge=vmbr0” and is “virtio=")]
    public async Task Undo_OfAValueThatSomebodyHasSetRightAfterTheCall_IsRefused_AndTheLedgerHasBoth(string mine, string others, string expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Config, mine);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id, new RightAfter(cluster, others));
        Assert.True(done.IsComplete);
        LedgerEntry outcome = cluster.Guard.Ledger.Show(done.Steps[0].LedgerNumber)!;
        Assert.True(outcome.Facts.TryGetProperty("found", out _), outcome.Facts.ToString());

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(outcome.Number));
        Assert.Equal("changed", refusal.Reason);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await cluster.Guard.PlanUndoAsync(outcome.Number, new UndoOptions { EvenChanged = true })).Calls);
    }

    [Fact]
    public async Task Undo_OfAPlanDuringWhichOtherThingsWereSet_IsPlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Config, "memory=4096");
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id, new RightAfter(cluster, "cores=3"));
        Assert.False(cluster.Guard.Ledger.Show(done.Steps[0].LedgerNumber)!.Facts.TryGetProperty("found", out _));
        Assert.Single((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Calls);
    }

    [Theory]
    [InlineData("memory", "4096", "4096", true)]
    [InlineData("memory", "4096", "current=4096", true)]
    [InlineData("memory", "4096", "8192", false)]
    [InlineData("cpulimit", "1", "1.0", true)]
    [InlineData("onboot", "yes", "1", true)]
    [InlineData("onboot", "0", null, true)]
    [InlineData("onboot", "1", "0", false)]
    [InlineData("name", "one", null, false)]
    [InlineData("cpu", "cputype=host", "host", true)]
    [InlineData("cpu", "host", "kvm64", false)]
    [InlineData("tags", "b,A a", "a;b", true)]
    [InlineData("tags", "a", "a;b", false)]
    [InlineData("tags", "a;b", "a", false)]
    [InlineData("description", "a, b", "a, b\n", true)]
    [InlineData("description", "a, b", "b, a", false)]
    [InlineData("net0", "virtio,bridge=vmbr0", "virtio=BC:24:11:00:00:99,bridge=vmbr0", true)]
    [InlineData("net0", "model=virtio,macaddr=BC:24:11:00:00:99,bridge=vmbr0", "virtio=BC:24:11:00:00:99,bridge=vmbr0", true)]
    [InlineData("net0", "virtio=BC:24:11:00:00:98,bridge=vmbr0", "virtio=BC:24:11:00:00:99,bridge=vmbr0", false)]
    [InlineData("net0", "virtio,bridge=vmbr0", "virtio=BC:24:11:00:00:99,bridge=vmbr1", false)]
    [InlineData("net0", "virtio,bridge=vmbr0", "e1000=BC:24:11:00:00:99,bridge=vmbr0", false)]
    [InlineData("scsi1", "local-lvm:8,format=raw", "local-lvm:vm-106-disk-1,size=8G", true)]
    [InlineData("scsi1", "local-lvm:0,import-from=local:import/a.qcow2", "local-lvm:vm-106-disk-1,size=8G", true)]
    [InlineData("scsi1", "local-lvm:8", "ceph:vm-106-disk-1,size=8G", false)]
    [InlineData("scsi1", "local-lvm:vm-106-disk-1", "local-lvm:vm-106-disk-2,size=8G", false)]
    [InlineData("scsi1", "local-lvm:8", "local-lvm:vm-106-disk-1,size=8G,cache=unsafe", false)]
    [InlineData("ide2", "local-lvm:cloudinit", "local-lvm:vm-106-cloudinit,media=cdrom", true)]
    [InlineData("agent", "1,fstrim_cloned_disks=1", "enabled=1,fstrim_cloned_disks=1", true)]
    [InlineData("cipassword", "secret", "**********", true)]
    [InlineData("vmgenid", "1", "3b1f0a52-6a3c-4f4e-9c58-0d2a4f1b7e11", true)]
    public void Said_IsWhatIsFound_AsServersWriteIt(string name, string said, string? found, bool isSame)
    {
        PlannedCall call = new(
            ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/config", new ApiParameters { { "node", "pve1" }, { "vmid", 106 }, { name, said } }, ClassSet.Of(OperationClass.Reversible));
        string after = JsonTexts.Build(json =>
        {
            json.WriteStartObject();
            if (found is not null)
            {
                json.WriteString(name, found);
            }

            json.WriteEndObject();
        });
        using System.Text.Json.JsonDocument config = System.Text.Json.JsonDocument.Parse(after);
        Assert.Equal(isSame, SaidValues.Are(call, name, config.RootElement));
    }

    // The task of the call has ended, and the guard has not looked yet.
    private sealed class RightAfter(GuardedCluster cluster, string parameters) : IProgress<ApplyProgress>
    {
        private bool _isDone;

        public void Report(ApplyProgress value)
        {
            if (value.Upid is { } upid && !_isDone)
            {
                _isDone = true;
                Task.Run(async () =>
                {
                    await cluster.Other.Tasks[upid].WaitForCompletionAsync(ProxSharp.Tasks.TaskWaitOptions.Default);
                    await cluster.Other.Raw.PutAsync(Config, TextPlans.Parameters(parameters));
                }).GetAwaiter().GetResult();
            }
        }
    }
}
