using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Inventory;

/// <summary>A cluster at one moment, as far as it could be read. Lists hold what the user may see.</summary>
public sealed record ClusterInventory
{
    /// <summary>The name of the cluster; null for a single node, or if the cluster's state could not be read.</summary>
    public string? Name { get; init; }

    /// <summary>True if more than half of the nodes see each other; null if the cluster's state could not be read.</summary>
    public bool? IsQuorate { get; init; }

    /// <summary>When it was read, by the client's clock.</summary>
    public DateTimeOffset ReadAt { get; init; }

    /// <summary>The nodes by name, those that are offline among them.</summary>
    public IReadOnlyList<InventoryNode> Nodes { get; init; } = [];

    /// <summary>The guests by number. On a node that is offline their state is <c>unknown</c>.</summary>
    public IReadOnlyList<GuestSummary> Guests { get; init; } = [];

    /// <summary>The storages by node and name.</summary>
    public IReadOnlyList<InventoryStorage> Storages { get; init; } = [];

    /// <summary>The pools by name.</summary>
    public IReadOnlyList<InventoryPool> Pools { get; init; } = [];

    /// <summary>The guests with each tag.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<GuestSummary>> Tags { get; init; } = new Dictionary<string, IReadOnlyList<GuestSummary>>();

    /// <summary>What the cluster knows of but could not tell the state of, and why.</summary>
    public IReadOnlyList<MissingPart> Missing { get; init; } = [];

    /// <summary>The calls that failed.</summary>
    public IReadOnlyList<PartialFailure> Failures { get; init; } = [];

    /// <summary>True if nothing is missing.</summary>
    public bool IsComplete => Missing.Count == 0 && Failures.Count == 0;
}
