using BackupReport;
using BulkSnapshot;
using ProxSharp.Ids;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Bulk;

namespace ProxSharp.Guide.Tests;

/// <summary>The samples do what they say. ProvisionVm has its test with the other machines.</summary>
public sealed class SampleTests(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task BulkSnapshot_OfATag_SnapshotsThoseGuests()
    {
        BulkReport report = await TaggedGuests.SnapshotAsync(cluster.Pve, "db", "nightly");

        Assert.True(report.IsSuccess, report.ToString());
        Assert.Equal([102, 103], report.Items.Select(static item => item.Guest.Id.Value).Order());
        Assert.NotNull((await cluster.Pve.Vms[102].Snapshots.ListAsync()).Find("nightly"));
        Assert.Empty(await cluster.Pve.Vms[100].Snapshots.ListAsync());
    }

    [Fact]
    public async Task BackupReport_AfterABackup_NamesTheOthers()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddMinutes(-5);
        await cluster.Pve.Vms[106].BackupAndWaitAsync(new BackupOptions { Storage = StorageId.Parse("local") });

        IReadOnlyList<UnprotectedGuest> overdue = await BackupReport.Backups.FindOverdueAsync(cluster.Pve, before);
        IReadOnlyList<UnprotectedGuest> all = await BackupReport.Backups.FindOverdueAsync(cluster.Pve, DateTimeOffset.UtcNow.AddHours(1));

        Assert.DoesNotContain(overdue, static guest => guest.Guest.Id == new VmId(106) || guest.Guest.IsTemplate);
        Assert.Contains(overdue, static guest => guest.Guest.Id == new VmId(100) && guest.Latest is null);
        Assert.Equal(overdue.Count + 1, all.Count);
        Assert.NotNull(all.Single(static guest => guest.Guest.Id == new VmId(106)).Latest);
    }
}
