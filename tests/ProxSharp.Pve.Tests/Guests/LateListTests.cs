using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>The list of the cluster shows names and states up to 10 s late, here for as long as a test runs: nothing is decided by them.</summary>
public sealed class LateListTests()
    : OwnCluster(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20), StatusInterval = TimeSpan.MaxValue })
{
    private static readonly BulkOptions s_fast = new() { Wait = TestGuests.Fast };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_NameThatHasMoved_IsTheGuestThatHasItNow(bool sync)
    {
        await RenameAsync(100, "blue-old");
        await RenameAsync(101, "web-1");

        Assert.Equal(101, (sync ? Pve.FindVm("web-1", Token) : await Pve.FindVmAsync("web-1", Token)).Id.Value);
        Assert.Equal(100, (sync ? Pve.FindGuest("BLUE-old", Token) : await Pve.FindGuestAsync("BLUE-old", Token)).Id.Value);
        ProxmoxNotFoundException gone = await Assert.ThrowsAsync<ProxmoxNotFoundException>(
            async () => _ = sync ? Pve.FindVm("web-2", Token) : await Pve.FindVmAsync("web-2", Token));
        Assert.Contains("'web-2'", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_GuestThatWasJustMade_IsFound(bool sync)
    {
        await Pve.Nodes["pve2"].Vms.CreateAsync(new VmSpec { Name = "fresh", Memory = 64 }, Token).WaitForCompletionAsync(TestGuests.Fast, Token);

        Assert.NotNull(sync ? Pve.FindVm("fresh", Token) : await Pve.FindVmAsync("fresh", Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_ByNumber_IsOneCall(bool sync)
    {
        long before = Simulator.Traffic.RequestCount;

        _ = sync ? Pve.FindVm(100, Token) : await Pve.FindVmAsync(100, Token);

        Assert.Equal(1, Simulator.Traffic.RequestCount - before);
        _ = sync ? Pve.FindVm("web-1", Token) : await Pve.FindVmAsync("web-1", Token);
        Assert.Equal(3, Simulator.Traffic.RequestCount - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_RightAfterTheOpposite_IsDone(bool sync)
    {
        Assert.Equal(BulkOutcome.Succeeded, await OutcomeAsync(sync, "106", BulkAction.Start()));
        Assert.Equal(BulkOutcome.Succeeded, await OutcomeAsync(sync, "106", BulkAction.Reboot()));
        Assert.Equal(BulkOutcome.Succeeded, await OutcomeAsync(sync, "106", BulkAction.Stop()));
        Assert.Equal(BulkOutcome.Skipped, await OutcomeAsync(sync, "106", BulkAction.Stop()));
        Assert.Equal(BulkOutcome.Planned, await OutcomeAsync(sync, "106", BulkAction.Start(), new BulkOptions { DryRun = true }));
        Assert.Equal(BulkOutcome.Succeeded, await OutcomeAsync(sync, "104", BulkAction.Stop()));
        Assert.Equal(BulkOutcome.Succeeded, await OutcomeAsync(sync, "104", BulkAction.Start()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_ByNames_MeansThoseThatHaveThemNow(bool sync)
    {
        await RenameAsync(100, "blue-old");
        await RenameAsync(101, "web-1");

        BulkReport report = await RunAsync(sync, "web-1", BulkAction.Snapshot("one"), s_fast);

        Assert.Equal(101, Assert.Single(report.Items).Guest.Id.Value);
        Assert.DoesNotContain(await ChosenAsync(sync, "@tag-web -web-1"), static id => id == 101);
        Assert.Contains(100, await ChosenAsync(sync, "@tag-web -web-1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_ByWildcardOrState_MeansThoseThatFitNow(bool sync)
    {
        await RenameAsync(106, "zebra-6");
        await Pve.Vms[106].StartAsync(null, Token).WaitForCompletionAsync(TestGuests.Fast, Token);

        Assert.Contains(106, await ChosenAsync(sync, "zebra-*"));
        Assert.DoesNotContain(106, await ChosenAsync(sync, "stag*"));
        Assert.Contains(106, await ChosenAsync(sync, "status=running"));
        Assert.DoesNotContain(106, await ChosenAsync(sync, "status=stopped"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Look_OfAGuest_IsItsPresentState(bool sync)
    {
        GuestSummary listed = (await Pve.Guests.ListAsync(Token)).Single(static guest => guest.Id.Value == 106);
        await Pve.Vms[106].StartAsync(null, Token).WaitForCompletionAsync(TestGuests.Fast, Token);
        await RenameAsync(106, "other");

        GuestSummary now = sync ? Pve.Guests.Look(listed, Token) : await Pve.Guests.LookAsync(listed, Token);
        IReadOnlyList<GuestSummary> all = sync ? Pve.Guests.ListLive(Token) : await Pve.Guests.ListLiveAsync(Token);

        Assert.Equal(("staging", false, false), (listed.Name, listed.IsRunning, listed.IsLive));
        Assert.Equal(("other", true, true), (now.Name, now.IsRunning, now.IsLive));
        Assert.Equal(("other", true, true), all.Where(static guest => guest.Id.Value == 106).Select(static guest => (guest.Name!, guest.IsRunning, guest.IsLive)).Single());
    }

    [Theory]
    [InlineData(true, "101")]
    [InlineData(false, "101")]
    [InlineData(true, "web-2")]
    [InlineData(false, "web-*,-web-1")]
    public async Task Start_OfAMachineThatIsPaused_IsSkippedForThat(bool sync, string selection)
    {
        GuestSummary listed = (await Pve.Guests.ListAsync(Token)).Single(static guest => guest.Id.Value == 101);
        Assert.False((await Pve.Guests.LookAsync(listed, Token)).IsPaused);
        await Pve.Vms[101].SuspendAsync(Token).WaitForCompletionAsync(TestGuests.Fast, Token);

        BulkItem item = Assert.Single((await RunAsync(sync, selection, BulkAction.Start(), s_fast)).Items);

        Assert.Equal(BulkOutcome.Skipped, item.Outcome);
        Assert.Contains("it is paused", item.Reason, StringComparison.Ordinal);
        Assert.True((sync ? Pve.Guests.Look(listed, Token) : await Pve.Guests.LookAsync(listed, Token)).IsPaused);
        Assert.False(listed.IsPaused);
    }

    private Task RenameAsync(int id, string name) => Pve.Vms[id].Config.UpdateAsync(config => config with { Name = name }, Token);

    private async Task<IEnumerable<int>> ChosenAsync(bool sync, string selection) =>
        (await RunAsync(sync, selection, BulkAction.Snapshot("two"), new BulkOptions { DryRun = true })).Items.Select(static item => item.Guest.Id.Value);

    private async Task<BulkOutcome> OutcomeAsync(bool sync, string selection, BulkAction action, BulkOptions? options = null) =>
        Assert.Single((await RunAsync(sync, selection, action, options ?? s_fast)).Items).Outcome;

    private Task<BulkReport> RunAsync(bool sync, string selection, BulkAction action, BulkOptions options) => sync
        ? Task.FromResult(Pve.Bulk.Run(selection, action, options, Token))
        : Pve.Bulk.RunAsync(selection, action, options, Token);
}
