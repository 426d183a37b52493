using ProxSharp.Ids;

namespace ProxSharp.Pve.Inventory;

/// <summary>A storage on a node, as the cluster lists it. A shared storage is listed once for each node.</summary>
public sealed record InventoryStorage
{
    /// <summary>The name.</summary>
    public required StorageId Id { get; init; }

    /// <summary>The node that sees it.</summary>
    public required NodeName Node { get; init; }

    /// <summary>The kind, for example <c>dir</c> or <c>rbd</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>True if all nodes see the same content.</summary>
    public bool IsShared { get; init; }

    /// <summary>True if the node can use it.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Used space in bytes; null if it is not available.</summary>
    public long? Used { get; init; }

    /// <summary>Size in bytes; null if it is not available.</summary>
    public long? Total { get; init; }
}
