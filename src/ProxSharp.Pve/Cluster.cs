namespace ProxSharp.Pve;

/// <summary>The cluster as a whole: membership, options, jobs, high availability and all else that is no single node's.</summary>
public sealed partial class Cluster
{
    internal Cluster(PveClient client) => Client = client;

    internal PveClient Client { get; }
}
