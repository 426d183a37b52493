using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Inventory;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>Reads a whole cluster in one view. What does not answer is named in it; it does not make the reading fail.</summary>
/// <example>
/// <code>
/// ClusterInventory inventory = await pve.Inventory.ReadAsync();
/// foreach (MissingPart part in inventory.Missing)
/// {
///     Console.WriteLine($"No word from {part}");
/// }
/// </code>
/// </example>
public sealed class PveInventory
{
    private readonly PveClient _client;

    internal PveInventory(PveClient client) => _client = client;

    /// <summary>Reads nodes, guests, storages, pools and tags: two calls for the cluster, and on request some for each node.</summary>
    /// <param name="options">How much to read; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c> and <c>GET /cluster/status</c>; the latter needs <c>Sys.Audit</c> on <c>/</c>, without which it is missing.
    /// </remarks>
    /// <exception cref="ProxmoxException">No node of the cluster could be asked for the list of resources.</exception>
    public async Task<ClusterInventory> ReadAsync(InventoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= InventoryOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParallel, 1, nameof(options));
        Task<(IReadOnlyList<ClusterStatusItem>? Items, ProxmoxException? Failure)> status = ReadStatusAsync(cancellationToken);
        Task<IReadOnlyList<ClusterResourcesItem>> resources = _client.Api.Cluster.ListResourcesAsync(cancellationToken: cancellationToken).DataAsync();
        await Task.WhenAll(status, resources).ConfigureAwait(false);
        (IReadOnlyList<ClusterStatusItem>? items, ProxmoxException? failure) = await status.ConfigureAwait(false);
        ClusterInventory inventory = InventoryBuilder.Build(await resources.ConfigureAwait(false), items, failure, _client.Options.TimeProvider.GetUtcNow());
        if (options.Details == InventoryDetails.None)
        {
            return inventory;
        }

        InventoryNode[] nodes = [.. inventory.Nodes.Where(static node => node.IsOnline)];
        NodeDetails[] details = new NodeDetails[nodes.Length];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.MaxParallel, CancellationToken = cancellationToken };
        await Parallel.ForAsync(
            0,
            nodes.Length,
            parallel,
            async (index, token) => details[index] = await AskAsync(nodes[index], options, token).ConfigureAwait(false)).ConfigureAwait(false);
        return InventoryBuilder.With(inventory, details);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public ClusterInventory Read(InventoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= InventoryOptions.Default;
        IReadOnlyList<ClusterStatusItem>? items = null;
        ProxmoxException? failure = null;
        IReadOnlyList<ClusterResourcesItem> resources = _client.Api.Cluster.ListResources(cancellationToken: cancellationToken).Data;
        try
        {
            items = _client.Api.Cluster.ListStatus(cancellationToken: cancellationToken).Data;
        }
        catch (ProxmoxException exception)
        {
            failure = exception;
        }

        ClusterInventory inventory = InventoryBuilder.Build(resources, items, failure, _client.Options.TimeProvider.GetUtcNow());
        return options.Details == InventoryDetails.None
            ? inventory
            : InventoryBuilder.With(inventory, [.. inventory.Nodes.Where(static node => node.IsOnline).Select(node => Ask(node, options, cancellationToken))]);
    }

    private async Task<(IReadOnlyList<ClusterStatusItem>? Items, ProxmoxException? Failure)> ReadStatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _client.Api.Cluster.ListStatusAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), null);
        }
        catch (ProxmoxException exception)
        {
            return (null, exception);
        }
    }

    private async Task<NodeDetails> AskAsync(InventoryNode node, InventoryOptions options, CancellationToken cancellationToken)
    {
        NodeDetails details = new(node.Name);
        ApiCallOptions call = new() { Timeout = options.DetailTimeout };
        if (options.Details.HasFlag(InventoryDetails.Status))
        {
            try
            {
                details = details with
                {
                    Status = await _client.Api.Nodes.Status.GetAsync(node.Name.Value, call, cancellationToken).DataAsync().ConfigureAwait(false),
                };
            }
            catch (ProxmoxException exception)
            {
                details = details.Without("status", exception);
            }
        }

        if (options.Details.HasFlag(InventoryDetails.Storages))
        {
            try
            {
                details = details with
                {
                    Storages = Storages(
                        await _client.Api.Nodes.Storage.ListAsync(node.Name.Value, null, call, cancellationToken).DataAsync().ConfigureAwait(false)),
                };
            }
            catch (ProxmoxException exception)
            {
                details = details.Without("storages", exception);
            }
        }

        return details;
    }

    private NodeDetails Ask(InventoryNode node, InventoryOptions options, CancellationToken cancellationToken)
    {
        NodeDetails details = new(node.Name);
        ApiCallOptions call = new() { Timeout = options.DetailTimeout };
        if (options.Details.HasFlag(InventoryDetails.Status))
        {
            try
            {
                details = details with { Status = _client.Api.Nodes.Status.Get(node.Name.Value, call, cancellationToken).Data };
            }
            catch (ProxmoxException exception)
            {
                details = details.Without("status", exception);
            }
        }

        if (options.Details.HasFlag(InventoryDetails.Storages))
        {
            try
            {
                details = details with { Storages = Storages(_client.Api.Nodes.Storage.List(node.Name.Value, null, call, cancellationToken).Data) };
            }
            catch (ProxmoxException exception)
            {
                details = details.Without("storages", exception);
            }
        }

        return details;
    }

    private static IReadOnlyList<StorageStatus> Storages(IReadOnlyList<NodesStorageItem> items) => [.. items.Select(static item => new StorageStatus(item))];
}
