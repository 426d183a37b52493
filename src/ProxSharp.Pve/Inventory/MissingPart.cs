namespace ProxSharp.Pve.Inventory;

/// <summary>Something that the cluster knows of but could not tell the state of.</summary>
/// <param name="Part">What kind of thing it is.</param>
/// <param name="Id">Its name or number, for example <c>pve3</c>, <c>103</c> or <c>local</c>.</param>
/// <param name="Node">The node it is on; null if it is on none.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record MissingPart(InventoryPart Part, string Id, string? Node, string Reason)
{
    /// <summary>Returns what is missing and why.</summary>
    public override string ToString() => Part switch
    {
        InventoryPart.ClusterStatus => $"the state of the cluster: {Reason}",
        InventoryPart.Node => $"node {Id}: {Reason}",
        InventoryPart.Guest => $"guest {Id} on {Node}: {Reason}",
        _ => $"storage {Id} on {Node}: {Reason}",
    };
}
