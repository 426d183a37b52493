namespace ProxSharp.Pve;

public sealed partial class Node
{
    /// <summary>The background tasks of the node.</summary>
    public NodeTasks Tasks => new(this);
}
