namespace ProxSharp.Pve;

public sealed partial class Node
{
    /// <summary>The virtual machines of the node.</summary>
    public NodeVmCollection Vms => new(this);

    /// <summary>The containers of the node.</summary>
    public NodeContainerCollection Containers => new(this);
}
