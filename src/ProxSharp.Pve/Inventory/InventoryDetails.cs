namespace ProxSharp.Pve.Inventory;

/// <summary>What is asked of each node besides the lists of the cluster.</summary>
[Flags]
public enum InventoryDetails
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The state of the node: kernel, version, load, memory. <c>GET /nodes/{node}/status</c>.</summary>
    Status = 1,

    /// <summary>The storages as the node sees them. <c>GET /nodes/{node}/storage</c>.</summary>
    Storages = 2,

    /// <summary>All of them.</summary>
    All = Status | Storages,
}
