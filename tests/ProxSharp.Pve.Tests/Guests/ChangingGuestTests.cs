using ProxSharp.Ids;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>As long as a task brings a guest into another state, here for as long as a test runs, nobody skips the guest for the state that it has.</summary>
public sealed class ChangingGuestTests()
    : OwnCluster(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromHours(1) })
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_WhileTheOppositeIsUnderWay_IsNotSkipped(bool sync)
    {
        await Pve.Vms[106].StartAsync(null, Token);
        await Pve.Vms[104].StopAsync(null, Token);
        await Pve.Vms[100].Snapshots.CreateAsync("before", cancellationToken: Token);

        await Pve.Containers[200].MigrateAsync(NodeName.Parse("pve2", null), new GuestMigrateOptions { Restart = true }, Token);

        Assert.Equal([104, 106, 200], (sync ? Pve.Guests.ListChanging(Token) : await Pve.Guests.ListChangingAsync(Token)).Select(static id => id.Value).Order());
        Assert.Equal(BulkOutcome.Planned, await OutcomeAsync(sync, "106", BulkAction.Stop()));
        Assert.Equal(BulkOutcome.Planned, await OutcomeAsync(sync, "106 status=stopped", BulkAction.Shutdown()));
        Assert.Equal(BulkOutcome.Planned, await OutcomeAsync(sync, "104", BulkAction.Start()));
        Assert.Equal(BulkOutcome.Skipped, await OutcomeAsync(sync, "100", BulkAction.Start()));
        Assert.Equal(BulkOutcome.Skipped, await OutcomeAsync(sync, "100 status=running", BulkAction.Start()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_WhereNobodyCanTellWhatIsUnderWay_FailsThatGuestAlone(bool sync)
    {
        Simulator.Faults.When(static request => request.Path.EndsWith("/cluster/tasks", StringComparison.Ordinal), Fault.Status(403, "Permission check failed"), 100);
        BulkOptions options = new() { DryRun = true };

        BulkReport report = sync ? Pve.Bulk.Run("100,106", BulkAction.Stop(), options, Token) : await Pve.Bulk.RunAsync("100,106", BulkAction.Stop(), options, Token);

        Assert.Equal([BulkOutcome.Planned, BulkOutcome.Failed], report.Items.OrderBy(static item => item.Guest.Id.Value).Select(static item => item.Outcome));
    }

    private async Task<BulkOutcome> OutcomeAsync(bool sync, string selection, BulkAction action)
    {
        BulkOptions options = new() { DryRun = true };
        BulkReport report = sync ? Pve.Bulk.Run(selection, action, options, Token) : await Pve.Bulk.RunAsync(selection, action, options, Token);
        return Assert.Single(report.Items).Outcome;
    }
}
