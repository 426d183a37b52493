using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>
/// What a plan changes itself of who a guest is (name, numbers, cards and volumes of a container) is no drift for its later calls, nor for the way back; what
/// others change of it is.
/// </summary>
public sealed class IdentityChangeTests
{
    private const string Vm = "/nodes/pve1/qemu/106/config";
    private const string Container = "/nodes/pve2/lxc/203/config";
    private const string Uuid = "3b1f0a52-6a3c-4f4e-9c58-0d2a4f1b7e11";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":4},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData(Vm, "name=other")]
    [InlineData(Vm, "vmgenid=" + Uuid)]
    [InlineData(Vm, "smbios1=uuid=" + Uuid)]
    [InlineData(Vm, "delete=name")]
    [InlineData(Container, "hostname=other")]
    [InlineData(Container, "mp0=local-lvm:1,mp=/srv")]
    [InlineData(Container, "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99")]
    [InlineData(Container, "net1=name=eth1,bridge=vmbr0")]
    public async Task Plan_ThatChangesWhoItsGuestIs_GoesOn_AndIsTakenBack(string path, string change)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string before = await ConfigAsync(cluster, path);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", path, change), TextPlans.Request("PUT", path, "memory=768")]);
        ApplyResult done = await ApplyAsync(cluster, plan);
        ApplyResult back = await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal(2, back.Steps.Count);
        Assert.Equal(before, await ConfigAsync(cluster, path));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve2/lxc/203/snapshot/old/rollback", "")]
    [InlineData("POST", "/nodes/pve2/lxc/203/move_volume", "volume=rootfs storage=ceph")]
    public async Task Plan_WhoseCallBringsOtherVolumesOrCards_GoesOn(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        if (path.EndsWith("/rollback", StringComparison.Ordinal))
        {
            await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve2/lxc/203/snapshot", TextPlans.Parameters("snapname=old")));
            await cluster.Other.Raw.PutAsync(Container, TextPlans.Parameters("hostname=other net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99"));
        }

        string before = await cluster.ConfigAsync(203, "net0", "pve2", "lxc") + await cluster.ConfigAsync(203, "rootfs", "pve2", "lxc");
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request(method, path, parameters), TextPlans.Request("PUT", Container, "memory=768")]);
        await ApplyAsync(cluster, plan);
        Assert.NotEqual(before, await cluster.ConfigAsync(203, "net0", "pve2", "lxc") + await cluster.ConfigAsync(203, "rootfs", "pve2", "lxc"));
        Assert.Equal("768", await cluster.ConfigAsync(203, "memory", "pve2", "lxc"));
    }

    [Theory]
    [InlineData(Vm, "name=other", "name", "third", "other")]
    [InlineData(Vm, "name=other", "name", "OTHER", "OTHER")]
    [InlineData(Vm, "smbios1=uuid=" + Uuid, "smbios uuid", "foreign", Uuid)]
    [InlineData(Vm, "vmgenid=1", "vmgenid", Uuid, Uuid)]
    [InlineData(Container, "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99", "net0", "BC:24:11:00:00:AA", "BC:24:11:00:00:99")]
    [InlineData(Container, "net0=name=eth0,bridge=vmbr0", "net0", "BC:24:11:00:00:AA", "BC:24:11:00:00:AA")]
    [InlineData(Container, "mp0=local-lvm:1,mp=/srv", "mp0", "local-lvm:vm-203-disk-1", "local-lvm:vm-203-disk-1")]
    public async Task Expected_IsWhatTheCallSays_WhereItSaysAllOfIt(string path, string change, string member, string found, string expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", path, change)]);
        Assert.Equal(expected, IdentityChanges.Expected(plan.Calls[0], member, found));
    }

    [Theory]
    [InlineData(Vm, "name=other", "smbios1=uuid=" + Uuid, "smbios uuid")]
    [InlineData(Vm, "name=other", "name=third", "name")]
    [InlineData(Vm, "vmgenid=" + Uuid, "name=third", "name")]
    [InlineData(Container, "mp0=local-lvm:1,mp=/srv", "mp1=local-lvm:1,mp=/var/lib", "mp1")]
    [InlineData(Container, "hostname=other", "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99", "net0")]
    public async Task Others_WhoChangeItBetweenTwoCalls_AreDrift(string path, string change, string others, string named)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", path, change), TextPlans.Request("PUT", path, "memory=768")]);
        Between between = new(1, () => cluster.Other.Raw.PutAsync(path, TextPlans.Parameters(others)).GetAwaiter().GetResult());
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id, between);
        Assert.False(done.IsComplete);
        Assert.Equal([true, false], done.Steps.Select(static step => step.Succeeded));
        Assert.Contains("Refused (drift)", done.Steps[1].Message, StringComparison.Ordinal);
        Assert.Contains($"{named} was", done.Steps[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherGuest_OfTheSameNumber_IsDrift_AlsoAfterARename()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", Vm, "name=other"), TextPlans.Request("PUT", Vm, "memory=768")]);
        Between between = new(1, () =>
        {
            cluster.DoneAsync(cluster.Other.Raw.DeleteAsync("/nodes/pve1/qemu/106").GetAwaiter().GetResult()).GetAwaiter().GetResult();
            cluster.DoneAsync(cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=106 name=other memory=1024")).GetAwaiter().GetResult())
                .GetAwaiter().GetResult();
        });
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id, between);
        Assert.Contains("Refused (drift)", done.Steps[1].Message, StringComparison.Ordinal);
        Assert.Equal("1024", await cluster.ConfigAsync(106, "memory"));
    }

    [Theory]
    [InlineData(Vm, "smbios1=uuid=" + Uuid)]
    [InlineData(Vm, "vmgenid=" + Uuid)]
    [InlineData(Container, "mp0=local-lvm:1,mp=/srv")]
    [InlineData(Container, "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99")]
    public async Task LaterChangeOfTheLedger_ClosesNoWayBack(string path, string later)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult early = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", path, "memory=768"));
        ApplyResult late = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", path, later));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(early.Steps[0].LedgerNumber));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(late.Steps[0].LedgerNumber));
    }

    [Theory]
    [InlineData("smbios1=uuid=" + Uuid, "")]
    [InlineData("vmgenid=" + Uuid, "smbios1=uuid=" + Uuid)]
    [InlineData("smbios1=uuid=" + Uuid, "vmgenid=" + Uuid)]
    public async Task ChangeThatTheLedgerDoesNotKnow_StillClosesTheWayBack(string others, string later)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult early = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Vm, "memory=768"));
        await cluster.Other.Raw.PutAsync(Vm, TextPlans.Parameters(others));
        if (later.Length > 0)
        {
            await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Vm, later));
        }

        await IsClosedAsync(cluster, early);
    }

    [Fact]
    public async Task ChangeByOthersBeforeALaterOneOfTheLedger_ClosesTheWayBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult early = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Vm, "memory=768"));
        await cluster.Other.Raw.PutAsync(Vm, TextPlans.Parameters("vmgenid=11111111-6a3c-4f4e-9c58-0d2a4f1b7e11"));
        await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Vm, "vmgenid=" + Uuid));
        await IsClosedAsync(cluster, early);
    }

    [Fact]
    public async Task CardThatOthersChangeAfterALaterPlan_ClosesTheWayBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult early = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Container, "memory=768"));
        await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Container, "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:99"));
        await cluster.Other.Raw.PutAsync(Container, TextPlans.Parameters("net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:98"));
        await IsClosedAsync(cluster, early);
    }

    [Fact]
    public async Task LaterChange_WhosePlanIsNotKept_ExplainsNothing()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult early = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Vm, "memory=768"));
        Plan later = await TextPlans.PlanAsync(cluster, "PUT", Vm, "vmgenid=" + Uuid);
        await ApplyAsync(cluster, later);
        File.Delete(Path.Combine(cluster.Folder, "state", "plans", later.Id + ".json"));
        await IsClosedAsync(cluster, early);
    }

    private static async Task IsClosedAsync(GuardedCluster cluster, ApplyResult done)
    {
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains("the ledger knows of no later plan", refusal.Message, StringComparison.Ordinal);
    }

    // Without what is new after each change, and what a container keeps of a volume that was taken from it.
    private static async Task<string> ConfigAsync(GuardedCluster cluster, string path) => string.Join('\n', (await cluster.Other.Raw.GetAsync(path)).Data
        .EnumerateObject().Where(static member => member.Name != "digest" && !member.Name.StartsWith("unused", StringComparison.Ordinal))
        .Select(static member => $"{member.Name}={member.Value}").Order(StringComparer.Ordinal));

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        return result;
    }

    /// <summary>Lets somebody else do something after so many calls of a plan, and before the next one.</summary>
    private sealed class Between(int calls, Action act) : IProgress<ApplyProgress>
    {
        private bool _isDone;

        public void Report(ApplyProgress value)
        {
            if (value.Done == calls && !_isDone)
            {
                _isDone = true;
                act();
            }
        }
    }
}
