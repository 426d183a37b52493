using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

public sealed class UndoTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "limits":{"targetsPerPlan":2},"approval":{"disruptive":"none","destructive":"none","privileged":"prompt"}}
        """;

    [Fact]
    public async Task Undo_ConfigChange_RestoresWhatWasThere()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await cluster.PlanAsync(
            ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "tags", "changed" }, { "description", "new" } }));
        Assert.Equal("changed", await cluster.ConfigAsync(106, "tags"));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal("web", await cluster.ConfigAsync(106, "tags"));
        Assert.Null(await cluster.ConfigAsync(106, "description"));
    }

    [Fact]
    public async Task Undo_OfAValueThatSomebodyHasSetSince_IsRefused_UnlessItIsWished()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        long number = await SetAsync(cluster, "memory=4096 tags=changed");
        Plan early = await cluster.Guard.PlanUndoAsync(number);
        await OthersSetAsync(cluster, "memory=8192");

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(number));
        Assert.Equal("changed", refusal.Reason);
        Assert.Contains("memory of /nodes/pve1/qemu/106/config was “4096” and is “8192”", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tags", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("changed", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));

        Plan wished = await cluster.Guard.PlanUndoAsync(number, new UndoOptions { EvenChanged = true });
        const string line = "Overwrites what others have set since: memory of /nodes/pve1/qemu/106/config was “4096” and is “8192”.";
        Assert.Contains(line, wished.Consequences);
        Assert.Contains(line, (await cluster.Guard.ExamineAsync(wished.Id)).Describe());
        Assert.Contains(line, Plan.Parse(wished.ToJson()).Describe());
        await ApplyAsync(cluster, wished);
        Assert.Equal("2048", await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task Undo_ThatMayOverwrite_OverwritesOnlyWhatItNames()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        long number = await SetAsync(cluster, "memory=4096");
        await OthersSetAsync(cluster, "memory=8192");
        Plan wished = await cluster.Guard.PlanUndoAsync(number, new UndoOptions { EvenChanged = true });
        await OthersSetAsync(cluster, "memory=1024");
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(wished.Id)));
    }

    [Theory]
    [InlineData("memory=4096", "cores=3")]
    [InlineData("memory=4096", "memory=2048")]
    [InlineData("net1=virtio,bridge=vmbr0 description=new", "cores=3")]
    [InlineData("scsi3=local-lvm:1", "cores=3")]
    [InlineData("delete=tags", "cores=3")]
    [InlineData("delete=tags", "tags=web")]
    public async Task Undo_WhereOthersHaveSetOtherThingsOrTakenItBack_IsPlanned(string mine, string others)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        long number = await SetAsync(cluster, mine);
        await OthersSetAsync(cluster, others);
        Assert.DoesNotContain((await cluster.Guard.PlanUndoAsync(number)).Consequences, static line => line.StartsWith("Overwrites", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("delete=tags", "tags=mine", "tags of /nodes/pve1/qemu/106/config was not set and is “mine”")]
    [InlineData("tags=ours", "delete=tags", "tags of /nodes/pve1/qemu/106/config was “ours” and is not set")]
    [InlineData("description=ours", "description=theirs", "description of /nodes/pve1/qemu/106/config was “ours” and is “theirs”")]
    public async Task Undo_WhateverSomebodyHasSetSince_SaysWhich(string mine, string others, string expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        long number = await SetAsync(cluster, mine);
        Assert.Single((await cluster.Guard.PlanUndoAsync(number)).Calls);
        await OthersSetAsync(cluster, others);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(number));
        Assert.Equal("changed", refusal.Reason);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfAValueThatTheLedgerMayNotHold_ComparesItsSeal()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve2/lxc/203/config", "entrypoint=/bin/mine"));
        long number = done.Steps[0].LedgerNumber;
        Assert.DoesNotContain("mine", cluster.Guard.Ledger.Show(number)!.Facts.ToString(), StringComparison.Ordinal);
        Assert.Single((await cluster.Guard.PlanUndoAsync(number)).Calls);
        await cluster.Other.Raw.PutAsync("/nodes/pve2/lxc/203/config", new ApiParameters { { "entrypoint", "/bin/theirs" } });
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(number));
        Assert.Contains("entrypoint of /nodes/pve2/lxc/203/config is not what it was set to", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfTwoCallsOnOneValue_ComparesWithTheLater()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=4096"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=6144"),
        ]);
        ApplyResult done = await ApplyAsync(cluster, plan);
        Assert.Equal(2, (await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Calls.Count);
        await OthersSetAsync(cluster, "memory=4096");
        Assert.Equal("changed", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Fact]
    public async Task Undo_OfACreation_ThatSomebodyHasChangedSince_IsRefused_UnlessItIsWished()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        const string path = "/nodes/pve1/qemu/106/firewall/aliases";
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, "name=mine cidr=10.0.0.1 comment=first");
        long number = (await ApplyAsync(cluster, plan)).Steps[0].LedgerNumber;
        Assert.StartsWith($"DELETE {path}/mine digest=", Assert.Single((await cluster.Guard.PlanUndoAsync(number)).Calls).ToString(), StringComparison.Ordinal);
        await cluster.Other.Raw.PutAsync($"{path}/mine", new ApiParameters { { "cidr", "10.0.0.2" } });
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(number));
        Assert.Equal("changed", refusal.Reason);
        Assert.Contains($"cidr of {path}/mine was “10.0.0.1” and is “10.0.0.2”", refusal.Message, StringComparison.Ordinal);
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(number, new UndoOptions { EvenChanged = true }));
        Assert.Equal(0, (await cluster.Other.Raw.GetAsync(path)).Data.GetArrayLength());
    }

    [Fact]
    public async Task Undo_OfASnapshot_ComparesNothingOfTheGuest()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/snapshot", "snapname=before description=mine");
        long number = (await ApplyAsync(cluster, plan)).Steps[0].LedgerNumber;
        await OthersSetAsync(cluster, "description=theirs memory=4096");
        Assert.DoesNotContain((await cluster.Guard.PlanUndoAsync(number)).Consequences, static line => line.StartsWith("Overwrites", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undo_OfOtherThanAConfiguration_ThatSomebodyHasChangedSince_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        const string path = "/nodes/pve1/qemu/106/firewall/options";
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", path, "log_level_in=info"));
        Assert.Single((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Calls);
        await cluster.Other.Raw.PutAsync(path, new ApiParameters { { "log_level_in", "debug" } });
        Assert.Equal("changed", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=106 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst force=1")]
    [InlineData("/nodes/pve1/qemu/106/firewall/ipset", "name=new rename=old")]
    public async Task Plan_WhatTakesAnothersPlace_PromisesNoWayBack(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}]}""");
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        Assert.Empty(plan.Undo);
        Assert.Contains("There is no way back.", plan.Describe());
    }

    [Fact]
    public async Task Apply_PoolWithRunningMembers_IsNoDriftWhenTheirUseMoves()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"approval":{"privileged":"none","destructive":"none","disruptive":"none"}}""");
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/pools/production", new ApiParameters { { "comment", "moved" } });
        cluster.Time.Shift += TimeSpan.FromSeconds(30);
        await cluster.Other.Raw.GetAsync("/pools/production");
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
    }

    [Fact]
    public async Task Undo_Snapshot_RemovesItAgain()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", new ApiParameters { { "snapname", "before" } });
        ApplyResult done = await ApplyAsync(cluster, plan);
        Assert.NotNull(done.Steps[0].Upid);
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal("DELETE /nodes/pve1/qemu/106/snapshot/before", undo.Calls[0].ToString());
        await ApplyAsync(cluster, undo);
    }

    [Fact]
    public async Task Undo_Start_ShutsDown()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start"));
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal("POST /nodes/pve1/qemu/106/status/shutdown", undo.Calls[0].ToString());
    }

    [Fact]
    public async Task Undo_OfADeletion_IsRefusedPlainly()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve1/qemu/106");
        Assert.Contains(plan.Consequences, static line => line.Contains("no backup of guest 106", StringComparison.Ordinal));
        ApplyResult done = await ApplyAsync(cluster, plan);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Contains("no way back", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_RunningGuest_StopsTagsAndProtectsIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanRetirementAsync(104, TimeSpan.FromDays(30));
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        await ApplyAsync(cluster, plan);
        Assert.Equal("ci;retired", await cluster.ConfigAsync(104, "tags", "pve2"));
        Assert.Equal("1", await cluster.ConfigAsync(104, "protection", "pve2"));
        Assert.StartsWith("Retired.", await cluster.ConfigAsync(104, "description", "pve2"), StringComparison.Ordinal);
        Assert.Equal("stopped", (await cluster.Other.Raw.GetAsync("/nodes/pve2/qemu/104/status/current")).Data.Text("status"));
        await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve2/qemu/104"));
    }

    [Theory]
    [InlineData(104, "pve2", "qemu")]
    [InlineData(106, "pve1", "qemu")]
    [InlineData(203, "pve2", "lxc")]
    public async Task Undo_OfARetirement_BringsTheGuestBack_OnceAndOnlyAsItWasLeft(int vmid, string node, string type)
    {
        // Taking a protection away is privileged otherwise; the way back from a retirement is as harmless as the retirement.
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"protect":{"tags":["retired","prod"]},"approval":{"disruptive":"none"}}
            """);
        string? tags = await cluster.ConfigAsync(vmid, "tags", node, type);
        string path = $"/nodes/{node}/{type}/{vmid}";
        ApplyResult done = await ApplyAsync(cluster, await cluster.Guard.PlanRetirementAsync(vmid, TimeSpan.FromDays(30)));
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.PlanAsync(ApiMethod.Put, $"{path}/config", new ApiParameters { { "protection", false } })));

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[^1].LedgerNumber);
        Assert.Equal(OperationClass.Reversible, undo.Class);
        await ApplyAsync(cluster, undo);

        Assert.Equal(tags, await cluster.ConfigAsync(vmid, "tags", node, type));
        Assert.NotEqual("1", await cluster.ConfigAsync(vmid, "protection", node, type));
        Assert.Null(await cluster.ConfigAsync(vmid, "description", node, type));
        Assert.Equal(done.Steps.Count == 2 ? "running" : "stopped", (await cluster.Other.Raw.GetAsync($"{path}/status/current")).Data.Text("status"));

        // Whoever protects the guest afterwards is somebody else, whatever else they write on it.
        await cluster.Other.Raw.PutAsync($"{path}/config", new ApiParameters
        {
            { "protection", true }, { "tags", tags is null ? "retired" : $"{tags};retired" },
            { "description", undo.Undo[^1].Parameters.Find("description") ?? "Retired." },
        });
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[^1].LedgerNumber)));
    }

    [Theory]
    [InlineData("tags", "kept")]
    [InlineData("description", "Do not touch")]
    public async Task Undo_OfARetirement_ThatSomebodyHasMadeTheirOwn_IsRefused(string name, string value)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await cluster.Guard.PlanRetirementAsync(106, TimeSpan.FromDays(30)));
        Plan before = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { name, value } });
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(before.Id)));
    }

    [Fact]
    public async Task Undo_OfACallThatFailed_LeavesWhatWasThereBefore()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApiParameters precious = new() { { "snapname", "precious" } };
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/snapshot", precious));
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", precious);
        ApplyResult failed = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.False(failed.IsComplete);

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(failed.Steps[0].LedgerNumber));

        Assert.Equal("target", refusal.Reason);
        Assert.Contains("Nothing of plan", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            (await cluster.Other.Raw.GetAsync("/nodes/pve1/qemu/106/snapshot")).Data.EnumerateArray(), static snapshot => snapshot.Text("name") == "precious");
    }

    [Fact]
    public async Task Undo_OfAPlanThatStoppedHalfway_TakesBackWhatWasDone_LastFirst()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        cluster.FailTask(new TaskFault { Type = "qmstart", Id = "106", Text = "out of memory" });
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "tags", "changed" } }),
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", new ApiParameters { { "snapname", "mine" } }),
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start"),
            new PlanRequest(ApiMethod.Delete, "/nodes/pve1/qemu/106"),
        ]);
        Assert.Empty(plan.Undo);
        ApplyResult half = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.Equal([true, true, false], half.Steps.Select(static step => step.Succeeded));

        Plan undo = await cluster.Guard.PlanUndoAsync(half.Steps[0].LedgerNumber);

        Assert.Equal(
            ["DELETE /nodes/pve1/qemu/106/snapshot/mine", "PUT /nodes/pve1/qemu/106/config tags=web"],
            undo.Calls.Select(static call => call.ToString().Split(" digest=")[0]));
        await ApplyAsync(cluster, undo);
        Assert.Equal("web", await cluster.ConfigAsync(106, "tags"));
    }

    [Fact]
    public async Task Undo_WhereAnOutcomeIsUnknown_IsRefused_AndNamesWhatIsKnown()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "tags", "changed" } }),
            new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", new ApiParameters { { "snapname", "mine" } }),
        ]);
        cluster.When(static request => request is { Method: "POST" } && request.Path.EndsWith("/snapshot", StringComparison.Ordinal), Fault.DropAfterExecution);
        ApplyResult half = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.Equal([true, false], half.Steps.Select(static step => step.Succeeded));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(half.Steps[0].LedgerNumber));

        Assert.Equal("unknown-outcome", refusal.Reason);
        Assert.Contains("POST /nodes/pve1/qemu/106/snapshot snapname=mine", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("PUT /nodes/pve1/qemu/106/config tags=web", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfAPassword_IsNotPromised()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApiParameters change = new() { { "cipassword", "hunter2-hunter2" } };
        await ApplyAsync(cluster, await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", change));
        Assert.Matches(@"^\*+$", await cluster.ConfigAsync(106, "cipassword"));
        Assert.Empty((await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", change)).Undo);
    }

    [Fact]
    public async Task Undo_WhereTheProgramDiedBeforeTheOutcome_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", new ApiParameters { { "snapname", "mine" } });
        cluster.Guard.Ledger.Append("intent", plan.Id, static json => json.WriteString("call", "as if"));
        Assert.Equal("unknown-outcome", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(1)));
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task SnapshotFirst_BeforeAChange_IsTaken()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        PlanRequest change = new(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", "4096" } });
        Plan plan = await cluster.Guard.PlanAsync([change], new PlanOptions { SnapshotFirst = true });
        Assert.Equal(2, plan.Calls.Count);
        await ApplyAsync(cluster, plan);
        Assert.Equal(2, (await cluster.Other.Raw.GetAsync("/nodes/pve1/qemu/106/snapshot")).Data.GetArrayLength());
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/102/status/stop", "", 2)]
    [InlineData("PUT", "/nodes/pve1/qemu/102/config", "description=new", 1)]
    [InlineData("DELETE", "/nodes/pve1/qemu/106", "", 1)]
    [InlineData("POST", "/nodes/pve1/qemu/106/snapshot", "snapname=mine", 1)]
    public async Task SnapshotFirst_ByThePolicy_IsPlannedBeforeCallsOfThatClass(string method, string path, string parameters, int calls)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none"},"snapshotFirst":["disruptive","destructive"]}
            """);
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Equal(calls, plan.Calls.Count);
        if (calls == 2)
        {
            Assert.EndsWith("/snapshot", plan.Calls[0].Path, StringComparison.Ordinal);
            await ApplyAsync(cluster, plan);
        }
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/migrate", "target=pve2")]
    [InlineData("/nodes/pve2/lxc/203/migrate", "target=pve1")]
    [InlineData("/nodes/pve1/qemu/106/move_disk", "disk=scsi0 storage=ceph delete=1")]
    [InlineData("/nodes/pve1/qemu/106/template", "")]
    public async Task SnapshotFirst_BeforeWhatTheServerDoesNotDoWithSnapshots_WouldMakeItFail(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none"},"snapshotFirst":["disruptive","destructive"]}
            """);
        PlanRequest move = TextPlans.Request("POST", path, parameters);
        Assert.Single((await cluster.Guard.PlanAsync([move])).Calls);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync([move], new PlanOptions { SnapshotFirst = true })));
    }

    [Fact]
    public async Task SnapshotFirst_ByThePolicy_WhereTheStorageCannot_IsLeftOut()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"},"snapshotFirst":["disruptive"]}
            """);
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters("scsi3=local:8,format=raw"));
        PlanRequest stop = TextPlans.Request("POST", "/nodes/pve1/qemu/102/status/stop", "");
        Assert.Single((await cluster.Guard.PlanAsync([stop])).Calls);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync([stop], new PlanOptions { SnapshotFirst = true })));
    }

    [Fact]
    public async Task Apply_Container_IsBoundToItsCardsAndVolumes()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve2/lxc/203/config", new ApiParameters { { "memory", 1536 } });
        Assert.Contains("rootfs", plan.Targets[0].Identity.Keys);
        Assert.NotEqual("", plan.Targets[0].Identity["net0"]);
        await ApplyAsync(cluster, plan);
        Assert.Equal("1536", await cluster.ConfigAsync(203, "memory", "pve2", "lxc"));
    }

    [Fact]
    public async Task Undo_OfNotesThatWereNotThere_LeavesNone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using (Pve.PveClient root = cluster.OpenRoot())
        {
            await root.Raw.PutAsync("/access/acl", TextPlans.Parameters($"path=/ roles=Administrator users=demo@pve tokens={Simulator.Scenarios.DefaultCluster.TokenId}"));
        }

        const string path = "/cluster/options";
        string? before = (await cluster.Other.Raw.GetAsync(path)).Data.Text("description");
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", path, "description=new"));
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal($"PUT {path} delete=description", Assert.Single(undo.Calls).ToString());
        await ApplyAsync(cluster, undo);
        Assert.Equal(before, (await cluster.Other.Raw.GetAsync(path)).Data.Text("description"));
        Assert.Equal(GuardRefusedException.Unneeded, await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    private static async Task<long> SetAsync(GuardedCluster cluster, string parameters) =>
        (await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", parameters))).Steps[0].LedgerNumber;

    private static Task OthersSetAsync(GuardedCluster cluster, string parameters) =>
        cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", TextPlans.Parameters(parameters));

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.True(cluster.Guard.Ledger.Verify().IsSound);
        return result;
    }
}
