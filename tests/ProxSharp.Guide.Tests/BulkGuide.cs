using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;

namespace ProxSharp.Guide.Tests;

public sealed class BulkGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Bulk_OfASelection_ReportsEveryGuest()
    {
        PveClient pve = cluster.Pve;

        #region plan
        BulkReport plan = await pve.Bulk.RunAsync(
            "@tag-web @node-pve3 -db-2 status=running", BulkAction.Snapshot("nightly"), new BulkOptions { DryRun = true });
        Console.WriteLine(plan);
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
        Console.WriteLine(report);
        foreach (BulkItem item in report.Failures)
        {
            Console.WriteLine(item);
        }

        report.EnsureSucceeded();       // or an exception that holds the report
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
}
