using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells which calls are about a part of one guest that has a place of its own in the API: its firewall, its place in high availability, its replication, the
/// rights on it. Policies know guests by tags, pools and numbers, which such a part has from its guest alone.
/// </summary>
internal static class GuestParts
{
    /// <summary>The number of the guest whose part a call is about; null if it is about something else.</summary>
    public static string? GuestOf(PlannedCall call)
    {
        if (GuestNames.IsInPath(call))
        {
            return call.Parameters.Find("vmid");
        }

        bool isPart = call.Path.StartsWith("/cluster/ha/resources", StringComparison.Ordinal)
            || call.Path.StartsWith("/cluster/replication", StringComparison.Ordinal)
            || call.Path.StartsWith("/nodes/{node}/replication/", StringComparison.Ordinal);
        return isPart ? Only(GuestNames.NamedBy(call).Select(static guest => guest.Vmid))
            : call is { Method: ApiMethod.Put, Path: "/access/acl" } ? InRights(call.Parameters.Find("path") ?? "")
            : null;
    }

    private static string? Only(IEnumerable<string> vmids) => vmids.Distinct(StringComparer.Ordinal).ToArray() is [var vmid] ? vmid : null;

    private static string? InRights(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["vms", var vmid] ? vmid : null;
}
