using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Inventory;

/// <summary>Makes an inventory out of the cluster's lists. Pure.</summary>
internal static class InventoryBuilder
{
    private const string Available = "available";

    /// <summary>Builds the inventory without details of nodes.</summary>
    /// <param name="resources">The list of resources.</param>
    /// <param name="status">The state of the cluster; null if it could not be read.</param>
    /// <param name="failure">Why it could not; null if it could.</param>
    /// <param name="now">The time of reading.</param>
    public static ClusterInventory Build(
        IReadOnlyList<ClusterResourcesItem> resources, IReadOnlyList<ClusterStatusItem>? status, ProxmoxException? failure, DateTimeOffset now)
    {
        InventoryNode[] nodes = [.. Nodes(resources, status ?? []).OrderBy(static node => node.Name.Value, StringComparer.Ordinal)];
        IReadOnlyList<GuestSummary> guests = GuestSummary.Of(resources);
        InventoryStorage[] storages = [.. Storages(resources)];
        ClusterStatusItem? cluster = status?.FirstOrDefault(static item => item.Type == ClusterStatusType.Cluster);
        return new ClusterInventory
        {
            Name = cluster?.Name,
            IsQuorate = status is null ? null : cluster?.Quorate ?? true,
            ReadAt = now,
            Nodes = nodes,
            Guests = guests,
            Storages = storages,
            Pools = [.. Pools(resources, guests)],
            Tags = Tags(guests),
            Missing = [.. Missing(nodes, guests, storages, failure)],
            Failures = failure is null ? [] : [new PartialFailure("cluster", "status", failure)],
        };
    }

    /// <summary>Adds what the nodes told about themselves.</summary>
    public static ClusterInventory With(ClusterInventory inventory, IReadOnlyList<NodeDetails> details)
    {
        Dictionary<string, NodeDetails> byName = details.ToDictionary(static detail => detail.Node.Value, StringComparer.Ordinal);
        return inventory with
        {
            Nodes =
            [
                .. inventory.Nodes.Select(node => byName.GetValueOrDefault(node.Name.Value) is { } detail
                    ? node with { Status = detail.Status, Storages = detail.Storages }
                    : node),
            ],
            Failures = [.. inventory.Failures, .. details.SelectMany(static detail => detail.Failures)],
            Missing = [.. inventory.Missing, .. details.Where(static detail => detail.Failures.Count > 0).Select(static detail => Silent(detail))],
        };
    }

    private static MissingPart Silent(NodeDetails detail)
    {
        string actions = string.Join(" and ", detail.Failures.Select(static failure => failure.Action));
        return new MissingPart(InventoryPart.Node, detail.Node.Value, detail.Node.Value, $"it is online but did not tell its {actions}");
    }

    private static IEnumerable<InventoryNode> Nodes(IReadOnlyList<ClusterResourcesItem> resources, IReadOnlyList<ClusterStatusItem> status)
    {
        Dictionary<string, ClusterStatusItem> members = status
            .Where(static item => item.Type == ClusterStatusType.Node)
            .DistinctBy(static item => item.Name)
            .ToDictionary(static item => item.Name, StringComparer.Ordinal);
        Dictionary<string, ClusterResourcesItem> listed = resources
            .Where(static item => item.Type == ResourceType.Node && item.Node is not null)
            .DistinctBy(static item => item.Node)
            .ToDictionary(static item => item.Node!, StringComparer.Ordinal);
        foreach (string name in listed.Keys.Union(members.Keys, StringComparer.Ordinal))
        {
            if (!NodeName.TryParse(name, out NodeName node))
            {
                continue;
            }

            ClusterResourcesItem? item = listed.GetValueOrDefault(name);
            ClusterStatusItem? member = members.GetValueOrDefault(name);
            yield return new InventoryNode
            {
                Name = node,

                // The list of resources lags behind the state of the cluster: either may be the first to know that a node is gone.
                IsOnline = (member?.Online ?? true) && (item is null || item.Status == NodeStatus.Online.Value),
                IsLocal = member?.Local,
                Address = member?.Ip,
                CpuUsage = item?.Cpu,
                CpuCount = item?.MaxCpu,
                MemoryUsed = item?.Mem,
                MemoryTotal = item?.MaxMem,
                Uptime = item?.Uptime is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
        }
    }

    private static IEnumerable<InventoryStorage> Storages(IReadOnlyList<ClusterResourcesItem> resources)
    {
        IEnumerable<ClusterResourcesItem> items = resources
            .Where(static item => item.Type == ResourceType.Storage)
            .OrderBy(static item => item.Node, StringComparer.Ordinal)
            .ThenBy(static item => item.Storage, StringComparer.Ordinal);
        foreach (ClusterResourcesItem item in items)
        {
            if (StorageId.TryParse(item.Storage, out StorageId id) && NodeName.TryParse(item.Node, out NodeName node))
            {
                bool isAvailable = item.Status == Available;
                yield return new InventoryStorage
                {
                    Id = id,
                    Node = node,
                    Type = item.PluginType ?? "",
                    IsShared = item.Shared ?? false,
                    IsAvailable = isAvailable,
                    Used = isAvailable ? item.Disk : null,
                    Total = isAvailable ? item.MaxDisk : null,
                };
            }
        }
    }

    private static IEnumerable<InventoryPool> Pools(IReadOnlyList<ClusterResourcesItem> resources, IReadOnlyList<GuestSummary> guests)
    {
        ILookup<string?, GuestSummary> members = guests.ToLookup(static guest => guest.Pool);
        IEnumerable<string> names = resources.Where(static item => item.Type == ResourceType.Pool && item.Pool is not null).Select(static item => item.Pool!);
        return names.Union(guests.Where(static guest => guest.Pool is not null).Select(static guest => guest.Pool!), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => new InventoryPool(name, [.. members[name]]));
    }

    private static Dictionary<string, IReadOnlyList<GuestSummary>> Tags(IReadOnlyList<GuestSummary> guests) => guests
        .SelectMany(static guest => guest.Tags.Select(tag => (Tag: tag, Guest: guest)))
        .GroupBy(static pair => pair.Tag, StringComparer.Ordinal)
        .ToDictionary(
            static group => group.Key, static group => (IReadOnlyList<GuestSummary>)[.. group.Select(static pair => pair.Guest)], StringComparer.Ordinal);

    private static IEnumerable<MissingPart> Missing(
        InventoryNode[] nodes, IReadOnlyList<GuestSummary> guests, InventoryStorage[] storages, ProxmoxException? failure)
    {
        if (failure is not null)
        {
            yield return new MissingPart(InventoryPart.ClusterStatus, "cluster", null, failure.Message);
        }

        HashSet<string> offline = [.. nodes.Where(static node => !node.IsOnline).Select(static node => node.Name.Value)];
        foreach (string node in offline)
        {
            yield return new MissingPart(InventoryPart.Node, node, node, "it is offline");
        }

        foreach (GuestSummary guest in guests.Where(guest => offline.Contains(guest.Node) || guest.Status.Value is "unknown" or ""))
        {
            yield return new MissingPart(InventoryPart.Guest, guest.Id.ToString(), guest.Node, Reason(offline, guest.Node));
        }

        foreach (InventoryStorage storage in storages.Where(storage => !storage.IsAvailable || offline.Contains(storage.Node.Value)))
        {
            yield return new MissingPart(InventoryPart.Storage, storage.Id.Value, storage.Node.Value, Reason(offline, storage.Node.Value));
        }
    }

    private static string Reason(HashSet<string> offline, string node) =>
        offline.Contains(node) ? $"its node {node} is offline" : $"{node} does not tell its state";
}
