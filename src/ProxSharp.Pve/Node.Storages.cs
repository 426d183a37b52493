namespace ProxSharp.Pve;

/// <content>Storages.</content>
public sealed partial class Node
{
    /// <summary>The storages as this node sees them.</summary>
    public StorageCollection Storages => new(this);
}
