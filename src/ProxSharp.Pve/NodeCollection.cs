using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>The nodes of the cluster.</summary>
public sealed class NodeCollection
{
    private readonly PveClient _client;

    internal NodeCollection(PveClient client) => _client = client;

    /// <summary>A node by its name; nothing is sent.</summary>
    public Node this[NodeName name] => new(_client, name);

    /// <summary>A node by its name; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no node name.</exception>
    public Node this[string name] => new(_client, NodeName.Parse(name, null));

    /// <summary>Lists the nodes with their state and figures. Nodes that are offline are listed without figures.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<IReadOnlyList<NodesItem>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Nodes.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<NodesItem> List(CancellationToken cancellationToken = default) =>
        _client.Api.Nodes.List(cancellationToken: cancellationToken).Data;
}
