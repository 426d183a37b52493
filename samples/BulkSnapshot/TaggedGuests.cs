using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;

namespace BulkSnapshot;

/// <summary>Snapshots of all guests with a tag, at most two at a time on each node.</summary>
public static class TaggedGuests
{
    /// <summary>Takes them and waits for all. Failures are in the report.</summary>
    public static Task<BulkReport> SnapshotAsync(
        PveClient pve, string tag, string snapshot, IProgress<BulkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        BulkOptions options = new() { MaxPerNode = 2, Progress = progress };
        return pve.Bulk.RunAsync($"@tag-{tag}", BulkAction.Snapshot(snapshot, "Taken in bulk"), options, cancellationToken);
    }
}
