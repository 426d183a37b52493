using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Inventory;

/// <summary>A node as the cluster lists it. Figures are some seconds old, and null where the node is offline or the user may not see them.</summary>
public sealed record InventoryNode
{
    /// <summary>The name.</summary>
    public required NodeName Name { get; init; }

    /// <summary>True if it answers.</summary>
    public bool IsOnline { get; init; }

    /// <summary>True for the node that answered; null if the cluster's state could not be read.</summary>
    public bool? IsLocal { get; init; }

    /// <summary>Its address inside the cluster; null if the cluster's state could not be read.</summary>
    public string? Address { get; init; }

    /// <summary>The used part of its CPUs: 1 is all of them.</summary>
    public double? CpuUsage { get; init; }

    /// <summary>How many CPUs it has.</summary>
    public double? CpuCount { get; init; }

    /// <summary>Used memory in bytes.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>How long it has been running.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>What the node told about itself; null if it was not asked, or did not answer.</summary>
    public NodesStatusResult? Status { get; init; }

    /// <summary>The storages as the node sees them; null if it was not asked, or did not answer.</summary>
    public IReadOnlyList<StorageStatus>? Storages { get; init; }
}
