namespace ProxSharp.Pve;

/// <content>Storages and pools.</content>
public sealed partial class PveClient
{
    /// <summary>The storages as they are defined for the whole cluster. What is on them is found at a node: <see cref="Node.Storages"/>.</summary>
    public ClusterStorageCollection Storages => new(this);

    /// <summary>The resource pools.</summary>
    public PoolCollection Pools => new(this);
}
