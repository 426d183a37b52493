using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>The storages as one node sees them.</summary>
public sealed class StorageCollection
{
    private readonly Node _node;

    internal StorageCollection(Node node) => _node = node;

    /// <summary>A storage by its name; nothing is sent.</summary>
    public Storage this[StorageId id] => new(_node, id);

    /// <summary>A storage by its name; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no storage name.</exception>
    public Storage this[string id] => new(_node, StorageId.Parse(id));

    /// <summary>Lists the storages that the node can use and the user may see, with their usage.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/storage</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<IReadOnlyList<StorageStatus>> ListAsync(StorageFilter? filter = null, CancellationToken cancellationToken = default) =>
        Read(await _node.Client.Api.Nodes.Storage.ListAsync(_node.Name.Value, filter?.ToRequest(), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<StorageStatus> List(StorageFilter? filter = null, CancellationToken cancellationToken = default) =>
        Read(_node.Client.Api.Nodes.Storage.List(_node.Name.Value, filter?.ToRequest(), cancellationToken: cancellationToken).Data);

    private static IReadOnlyList<StorageStatus> Read(IReadOnlyList<NodesStorageItem> items) => [.. items.Select(static item => new StorageStatus(item))];
}
