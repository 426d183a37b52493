namespace ProxSharp.Pve.Inventory;

/// <summary>How much an inventory reads.</summary>
public sealed record InventoryOptions
{
    /// <summary>The defaults.</summary>
    public static InventoryOptions Default { get; } = new();

    /// <summary>What is asked of each node that is online. Default: nothing.</summary>
    public InventoryDetails Details { get; init; }

    /// <summary>How long a node may take for each answer; then it counts as missing. Default: 10 s.</summary>
    public TimeSpan DetailTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many nodes are asked at a time. Default: 8. The synchronous form asks one after the other.</summary>
    public int MaxParallel { get; init; } = 8;
}
