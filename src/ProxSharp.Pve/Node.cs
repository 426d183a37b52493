using ProxSharp.Ids;

namespace ProxSharp.Pve;

/// <summary>A node of the cluster. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed partial class Node
{
    internal Node(PveClient client, NodeName name) => (Client, Name) = (client, name);

    /// <summary>The name of the node.</summary>
    public NodeName Name { get; }

    internal PveClient Client { get; }

    /// <summary>Returns the name of the node.</summary>
    public override string ToString() => Name.ToString();
}
