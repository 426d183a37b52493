using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Recovery;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tests.Recovery;

/// <summary>What became of a change whose answer was lost can be found out.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private static readonly RecoveryOptions s_quick = new() { Grace = TimeSpan.FromMilliseconds(300), Interval = TimeSpan.FromMilliseconds(50) };

    private readonly PveCluster _cluster = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(_cluster.IsLive, "Only the simulator loses answers on demand.");
        return _cluster.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_TaskWasStarted_FindsIt(bool sync)
    {
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropAfterExecution, "/clone", () => _cluster.Pve.Api.Nodes.Qemu.CloneAsync("pve1", 9000, new() { NewId = 9100, Name = "copy" }));

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(RecoveredOutcome.Happened, found.Outcome);
        Assert.Equal(("qmclone", "9000"), (found.Task!.Upid.Type, found.Task.Upid.Id));
        Assert.Equal(TaskOutcome.Succeeded, (await found.Task.WaitForCompletionAsync(cancellationToken: TestContext.Current.CancellationToken)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_RequestNeverArrived_SaysThatItMayBeRepeated(bool sync)
    {
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/clone", () => _cluster.Pve.Api.Nodes.Qemu.CloneAsync("pve1", 9000, new() { NewId = 9101 }));

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.Null(found.Task);
    }

    [Fact]
    public async Task Recover_TwoTasksFit_DecidesNothing()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropAfterExecution, "/status/reset", () => _cluster.Pve.Api.Nodes.Qemu.Status.ResetAsync("pve1", 100));
        await using PveClient other = new(_cluster.Options);
        await other.Api.Nodes.Qemu.Status.ResetAsync("pve1", 100, cancellationToken: cancellationToken);

        RecoveryResult found = await RecoverAsync(lost, sync: false);

        Assert.Equal(RecoveredOutcome.Undetermined, found.Outcome);
        Assert.Contains("2 tasks fit", found.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_CloneBesideAnother_IsToldFromIt(bool happened, bool sync)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string neighbour = (await _cluster.Pve.Api.Nodes.Qemu.CloneAsync("pve1", 9000, new() { NewId = 9102 }, cancellationToken: cancellationToken)).Data;
        await _cluster.Pve.Tasks[neighbour].WaitForCompletionAsync(cancellationToken: cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/clone", () => _cluster.Pve.Api.Nodes.Qemu.CloneAsync("pve1", 9000, new() { NewId = 9103 }));

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.NotEqual(neighbour, found.Task?.Upid.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_SnapshotBesideAnother_IsToldFromIt(bool happened)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Vm vm = await _cluster.Pve.FindVmAsync(106, cancellationToken);
        await vm.Snapshots.CreateAsync("s1", cancellationToken: cancellationToken).WaitForCompletionAsync(cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/snapshot", () => vm.Snapshots.CreateAsync("s2", cancellationToken: cancellationToken));

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_StartAfterAStartAndAStopOfOthers_IsNotTakenForTheEarlierOne(bool sync)
    {
        await OthersAsync("start", "stop");
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/status/start", () => _cluster.Pve.Api.Nodes.Qemu.Status.StartAsync("pve1", 106));

        // Undetermined within the same moment; where the others took their time, their start is known to be older.
        Assert.NotEqual(RecoveredOutcome.Happened, (await RecoverAsync(lost, sync)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_StopAfterAStartOfOthers_IsFound(bool sync)
    {
        await OthersAsync("start");
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropAfterExecution, "/status/stop", () => _cluster.Pve.Api.Nodes.Qemu.Status.StopAsync("pve1", 106));

        Assert.Equal(RecoveredOutcome.Happened, (await RecoverAsync(lost, sync)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_PlaceInAList_NeverInvitesToRemoveTheNext(bool happened)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        foreach (string comment in new[] { "A", "B", "C" })
        {
            await _cluster.Pve.Api.Nodes.Qemu.Firewall.Rules.CreateAsync("pve1", 106, new() { Type = FirewallRuleType.In, Action = "ACCEPT", Comment = comment }, cancellationToken: cancellationToken);
        }

        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/rules/0", () => _cluster.Pve.Api.Nodes.Qemu.Firewall.Rules.DeleteAsync("pve1", 106, 0));

        Assert.Equal(RecoveredOutcome.Undetermined, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Fact]
    public async Task Recover_TaskThatAnotherCallOfTheClientStarted_IsNotTakenForTheLost()
    {
        await _cluster.Pve.Api.Nodes.VzDump.CreateAsync("pve1", new() { VmId = "100,102", Storage = "local" }, cancellationToken: TestContext.Current.CancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/vzdump", () => _cluster.Pve.Api.Nodes.VzDump.CreateAsync("pve1", new() { VmId = "102,106", Storage = "local" }));

        Assert.Equal(RecoveredOutcome.DidNotHappen, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_BackupOfSeveralGuests_FindsItsTask(bool happened)
    {
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/vzdump", () => _cluster.Pve.Api.Nodes.VzDump.CreateAsync("pve1", new() { VmId = "100,102", Storage = "local" }));

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Fact]
    public async Task Recover_ResizeBesideAStart_IsNotTakenForIt()
    {
        Vm vm = await _cluster.Pve.FindVmAsync(106, TestContext.Current.CancellationToken);
        await vm.StartAsync(cancellationToken: TestContext.Current.CancellationToken).WaitForCompletionAsync(TestContext.Current.CancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/resize", () => _cluster.Pve.Api.Nodes.Qemu.ResizeAsync("pve1", 106, new() { Disk = QemuDisk.Scsi0, Size = "+1G" }));

        Assert.Equal(RecoveredOutcome.DidNotHappen, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_PoolRemoved_IsLookedFor(bool happened, bool sync)
    {
        await _cluster.Pve.Api.Pools.CreateAsync(new() { PoolId = "p1" }, cancellationToken: TestContext.Current.CancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/pools", () => _cluster.Pve.Pools["p1"].DeleteAsync());

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.Equal("/pools?poolid=p1", found.ObjectPath);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_PoolMadeOrChanged_IsComparedWithWhatWasSent(bool happened, bool sync)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Fault fault = happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution;
        RecoveredOutcome expected = happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen;
        Pool pool = _cluster.Pve.Pools["p2"];
        ProxmoxOutcomeUnknownException made = await LoseAsync(fault, "/pools", () => _cluster.Pve.Api.Pools.CreateAsync(new() { PoolId = "p2", Comment = "a, b" }));
        Assert.Equal(expected, (await RecoverAsync(made, sync)).Outcome);
        if (!happened)
        {
            await _cluster.Pve.Api.Pools.CreateAsync(new() { PoolId = "p2" }, cancellationToken: cancellationToken);
        }

        Assert.Equal(expected, (await RecoverAsync(await LoseAsync(fault, "/pools", () => pool.SetCommentAsync("other; words")), sync)).Outcome);
        Assert.Equal(expected, (await RecoverAsync(await LoseAsync(fault, "/pools", () => pool.AddGuestsAsync([new(106), new(203)], allowMove: true)), sync)).Outcome);
        await pool.AddStoragesAsync([Ids.StorageId.Parse("local", null)], cancellationToken);
        Assert.Equal(expected, (await RecoverAsync(await LoseAsync(fault, "/pools", () => pool.RemoveStoragesAsync([Ids.StorageId.Parse("local", null)])), sync)).Outcome);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_SnapshotRemovedBesideAnother_IsToldByTheList(bool happened, bool sync)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Vm vm = await _cluster.Pve.FindVmAsync(106, cancellationToken);
        foreach (string name in new[] { "s1", "s2" })
        {
            await vm.Snapshots.CreateAsync(name, cancellationToken: cancellationToken).WaitForCompletionAsync(cancellationToken);
        }

        await using PveClient other = new(_cluster.Options);
        await (await other.FindVmAsync(106, cancellationToken)).Snapshots.DeleteAsync("s1", cancellationToken: cancellationToken).WaitForCompletionAsync(cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/snapshot/s2", () => vm.Snapshots.DeleteAsync("s2", cancellationToken: cancellationToken));

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_TaskOfAnotherClientForTheSameGuest_IsToldByItsLog(bool happened, bool sync)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PveClient other = new(_cluster.Options);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution,
            "/vzdump",
            () => _cluster.Pve.Api.Nodes.VzDump.CreateAsync("pve1", new() { VmId = "102", Storage = "local", Mode = new BackupMode("stop") }));
        NodesVzDumpCreateRequest request = new() { VmId = "102", Storage = "local", Mode = new BackupMode("snapshot") };
        string neighbour = (await other.Api.Nodes.VzDump.CreateAsync("pve1", request, cancellationToken: cancellationToken)).Data;

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.NotEqual(neighbour, found.Task?.Upid.ToString());
    }

    [Fact]
    public async Task Recover_ChangeWithASecret_NeedsMoreThanWhatStoodThereBefore()
    {
        ApiParameters change = new() { { "name", "staging" }, { "cipassword", "hunter2-hunter2" } };
        ProxmoxOutcomeUnknownException lost = await LoseAsync(Fault.DropBeforeExecution, "/config", () => _cluster.Pve.Raw.PutAsync("/nodes/pve1/qemu/106/config", change));

        Assert.Equal(RecoveredOutcome.Undetermined, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData("description", "hello")]
    [InlineData("net1", "virtio,bridge=vmbr9")]
    [InlineData("tags", "other;zzz")]
    public async Task Recover_ChangeThatNeverArrived_IsNotTakenForDone(string key, string value)
    {
        ApiParameters change = new() { { key, value } };
        ProxmoxOutcomeUnknownException lost = await LoseAsync(Fault.DropBeforeExecution, "/config", () => _cluster.Pve.Raw.PutAsync("/nodes/pve1/qemu/106/config", change));

        Assert.NotEqual(RecoveredOutcome.Happened, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Recover_ObjectCreated_IsFoundByItsId(bool happened, bool sync)
    {
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/access/groups", () => _cluster.Pve.Access.Groups.CreateAsync(new() { GroupId = "operators", Comment = "On call" }));

        RecoveryResult found = await RecoverAsync(lost, sync);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.Equal("/access/groups/operators", found.ObjectPath);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_ObjectChanged_IsComparedWithWhatWasSent(bool happened)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await _cluster.Pve.Access.Groups.CreateAsync(new() { GroupId = "team", Comment = "before" }, cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/access/groups/team", () => _cluster.Pve.Access.Groups.UpdateAsync("team", new() { Comment = "after" }));

        RecoveryResult found = await RecoverAsync(lost, sync: false);

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
        Assert.Contains(happened ? "is as it was sent" : "comment differs", found.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "first")]
    [InlineData(true, "two words")]
    [InlineData(true, "a, b; c=d")]
    [InlineData(false, "first")]
    [InlineData(false, "two words")]
    [InlineData(false, "a, b; c=d")]
    public async Task Recover_TextOfAConfiguration_IsToldByDigestAndWords(bool happened, string text)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Vm vm = _cluster.Pve.Vms[106];
        foreach (string description in new[] { text, $"{text} again" })
        {
            ProxmoxOutcomeUnknownException lost = await LoseAsync(
                happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/106/config", () => vm.Config.UpdateAsync(config => config with { Description = description }, null, cancellationToken));

            RecoveryResult found = await RecoverAsync(lost, sync: false);

            Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, found.Outcome);
            Assert.Equal(happened, (await vm.Config.GetAsync(cancellationToken: cancellationToken)).Description?.TrimEnd() == description);
        }
    }

    [Fact]
    public async Task Recover_OptionThatTheObjectDoesNotShow_DecidesNothing()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await _cluster.Pve.Access.Groups.CreateAsync(new() { GroupId = "plain" }, cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/access/groups/plain", () => _cluster.Pve.Access.Groups.UpdateAsync("plain", new() { Comment = "now" }));

        Assert.NotEqual(RecoveredOutcome.Happened, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_ObjectRemoved_IsLookedFor(bool happened)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await _cluster.Pve.Access.Groups.CreateAsync(new() { GroupId = "gone" }, cancellationToken);
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution, "/access/groups/gone", () => _cluster.Pve.Access.Groups.DeleteAsync("gone"));

        Assert.Equal(happened ? RecoveredOutcome.Happened : RecoveredOutcome.DidNotHappen, (await RecoverAsync(lost, sync: false)).Outcome);
    }

    [Fact]
    public async Task Lost_CallWithSecrets_HoldsWhatIsNeededButNoSecret()
    {
        ProxmoxOutcomeUnknownException lost = await LoseAsync(
            Fault.DropBeforeExecution, "/access/users", () => _cluster.Pve.Access.Users.CreateAsync(new() { UserId = "eve@pve", Password = "hunter2-hunter2" }));

        Assert.Equal(("/access/users", ApiMethod.Post), (lost.Path, lost.Operation.Method));
        Assert.Contains(lost.Parameters, static parameter => parameter is { Name: "userid", Text: "eve@pve" });
        Assert.DoesNotContain(lost.Parameters, static parameter => parameter.Text.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", lost.ToString(), StringComparison.Ordinal);
    }

    private Task<RecoveryResult> RecoverAsync(ProxmoxOutcomeUnknownException lost, bool sync) => sync
        ? Task.FromResult(_cluster.Pve.Recover(lost, s_quick, TestContext.Current.CancellationToken))
        : _cluster.Pve.RecoverAsync(lost, s_quick, TestContext.Current.CancellationToken);

    private async Task OthersAsync(params string[] actions)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PveClient other = new(_cluster.Options);
        foreach (string action in actions)
        {
            string upid = (await other.Raw.PostAsync($"/nodes/pve1/qemu/106/status/{action}", cancellationToken: cancellationToken)).Data.GetString()!;
            await other.Tasks[upid].WaitForCompletionAsync(cancellationToken: cancellationToken);
        }
    }

    private async Task<ProxmoxOutcomeUnknownException> LoseAsync(Fault fault, string end, Func<Task> call)
    {
        _cluster.Simulator.Faults.When(request => request.Method != "GET" && request.Path.EndsWith(end, StringComparison.Ordinal), fault);
        return await Assert.ThrowsAsync<ProxmoxOutcomeUnknownException>(call);
    }
}
