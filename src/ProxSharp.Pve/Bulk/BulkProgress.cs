namespace ProxSharp.Pve.Bulk;

/// <summary>How far bulk work is.</summary>
/// <param name="Changed">The guest that has just been started or is through.</param>
/// <param name="Total">How many guests there are in all.</param>
/// <param name="Done">How many are through, whatever the outcome.</param>
/// <param name="Running">How many actions run.</param>
/// <param name="Failed">How many failed.</param>
public sealed record BulkProgress(BulkItem Changed, int Total, int Done, int Running, int Failed);
