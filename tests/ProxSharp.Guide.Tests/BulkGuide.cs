using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Fleets;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Inventory;

namespace ProxSharp.Guide.Tests;

public sealed class BulkGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Bulk_OfASelection_ReportsEveryGuest()
    {
        PveClient pve = cluster.Pve;

        #region plan
        BulkReport plan = await pve.Bulk.RunAsync("@tag-web @node-pve3 -db-2 status=running", BulkAction.Snapshot("nightly"), new BulkOptions { DryRun = true });
        #endregion

        Assert.NotEmpty(plan.Items);

        #region run
        BulkOptions options = new()
        {
            MaxPerNode = 2,
            MaxTotal = 10,
            StopOnError = true,
            Progress = new Progress<BulkProgress>(progress => Console.WriteLine($"{progress.Done} of {progress.Total}: {progress.Changed}")),
        };
        BulkReport report = await pve.Bulk.RunAsync("@tag-web", BulkAction.Snapshot("nightly", "By the guide"), options);
        foreach (BulkItem item in report.Items)
        {
            Console.WriteLine(item);
        }

        report.EnsureSucceeded();
        #endregion

        Assert.Equal(3, report.Count(BulkOutcome.Succeeded));

        #region own
        BulkAction cleanUp = new(
            "clean up",
            (guest, cancellationToken) => guest.Snapshots.DeleteAsync("nightly", cancellationToken: cancellationToken),
            (guest, cancellationToken) => guest.Snapshots.Delete("nightly", cancellationToken: cancellationToken));
        BulkReport removed = await pve.Bulk.RunAsync("web-*", cleanUp);
        #endregion

        Assert.True(removed.IsSuccess, removed.ToString());
    }

    [Fact]
    public async Task Inventory_WithADeadNode_NamesWhatIsMissing()
    {
        PveClient pve = cluster.Pve;
        cluster.Simulator.Faults.KillNode("pve3");

        #region inventory
        ClusterInventory inventory = await pve.Inventory.ReadAsync(new InventoryOptions { Details = InventoryDetails.Status });
        Console.WriteLine($"{inventory.Guests.Count} guests on {inventory.Nodes.Count} nodes");
        foreach (MissingPart missing in inventory.Missing)
        {
            Console.WriteLine(missing);
        }
        #endregion

        cluster.Simulator.Faults.ReviveNode("pve3");
        Assert.False(inventory.IsComplete);
    }

    [Fact]
    public async Task Fleet_OfClusters_IsSearchedSideBySide()
    {
        PveClient production = cluster.Pve;

        #region fleet
        await using ProxmoxFleet fleet = new([new("production", production)], ownsClients: false);
        FleetSearch search = await fleet.FindGuestsAsync("@tag-db status=running");
        foreach (FleetGuest found in search.Guests)
        {
            Console.WriteLine(found);
        }
        #endregion

        Assert.Equal(2, search.Guests.Count);
    }
}
