namespace ProxSharp.Pve.Inventory;

/// <summary>The kinds of things an inventory can miss.</summary>
public enum InventoryPart
{
    /// <summary>The cluster's own state: quorum, addresses of nodes.</summary>
    ClusterStatus,

    /// <summary>A node.</summary>
    Node,

    /// <summary>A guest, whose state is not known.</summary>
    Guest,

    /// <summary>A storage on a node, whose state is not known.</summary>
    Storage,
}
