namespace ProxSharp.Pve;

/// <content>Work over the whole cluster.</content>
public sealed partial class PveClient
{
    /// <summary>One action with many guests.</summary>
    public PveBulk Bulk => new(this);

    /// <summary>The whole cluster in one view, also when parts of it do not answer.</summary>
    public PveInventory Inventory => new(this);
}
