namespace ProxSharp.Pve;

public sealed partial class Cluster
{
    /// <summary>The background tasks of all nodes; the same as those of the client.</summary>
    public PveTasks Tasks => Client.Tasks;
}
