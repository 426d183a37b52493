using System.Diagnostics.CodeAnalysis;
using ProxSharp.Configuration;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Fleets;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Inventory;

namespace ProxSharp.Pve;

/// <summary>
/// Several clusters under their names. Work goes on in all of them side by side, and a cluster that fails does not touch the others. Safe for concurrent
/// use; keep one for the life of the program.
/// </summary>
/// <example>
/// <code>
/// await using ProxmoxFleet fleet = ProxmoxFleet.Create(ProxmoxConfig.Load("/etc/proxsharp/config.json"));
/// FleetSearch found = await fleet.FindGuestsAsync("web-* status=running");
/// FleetResult&lt;BulkReport&gt; report = await fleet.RunAsync("@tag-nightly", BulkAction.Backup());
/// </code>
/// </example>
public sealed class ProxmoxFleet : IDisposable, IAsyncDisposable
{
    private readonly SortedDictionary<string, PveClient> _clients = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _ownsClients;

    /// <summary>Makes a fleet of clients.</summary>
    /// <param name="clients">The clients by the names of their clusters; case does not matter.</param>
    /// <param name="ownsClients">Whether the clients are disposed with the fleet. Default: true.</param>
    /// <exception cref="ArgumentException">There is none, or a name comes twice.</exception>
    public ProxmoxFleet(IEnumerable<KeyValuePair<string, PveClient>> clients, bool ownsClients = true)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _ownsClients = ownsClients;
        foreach ((string name, PveClient client) in clients)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(clients));
            ArgumentNullException.ThrowIfNull(client, nameof(clients));
            if (!_clients.TryAdd(name, client))
            {
                throw new ArgumentException($"The cluster '{name}' comes twice.", nameof(clients));
            }
        }

        if (_clients.Count == 0)
        {
            throw new ArgumentException("A fleet needs at least one cluster.", nameof(clients));
        }
    }

    /// <summary>The names of the clusters, in order.</summary>
    public IReadOnlyCollection<string> Names => _clients.Keys;

    /// <summary>The client of a cluster.</summary>
    /// <exception cref="KeyNotFoundException">There is no such cluster; the message names those there are.</exception>
    public PveClient this[string cluster] => TryGet(cluster, out PveClient? client)
        ? client
        : throw new KeyNotFoundException($"There is no cluster '{cluster}'; there are {string.Join(", ", _clients.Keys)}.");

    /// <summary>Makes a fleet of the clusters in a configuration. Nothing is sent.</summary>
    /// <param name="config">The configuration; its backup servers are left alone.</param>
    /// <param name="change">Changes the options of a client, for example its log or its clock; null changes nothing.</param>
    /// <exception cref="ArgumentException">The configuration holds no cluster.</exception>
    public static ProxmoxFleet Create(ProxmoxConfig config, Func<string, ProxmoxClientOptions, ProxmoxClientOptions>? change = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new ProxmoxFleet(config.Clusters.Select(cluster =>
            KeyValuePair.Create(cluster.Key, new PveClient(change?.Invoke(cluster.Key, cluster.Value.ToOptions()) ?? cluster.Value.ToOptions()))));
    }

    /// <summary>Finds the client of a cluster.</summary>
    /// <returns>False if there is no such cluster.</returns>
    public bool TryGet(string cluster, [NotNullWhen(true)] out PveClient? client) => _clients.TryGetValue(cluster, out client);

    /// <summary>Does something on every cluster, side by side.</summary>
    /// <param name="work">The work on one cluster.</param>
    /// <param name="clusters">The names of the clusters; null for all.</param>
    /// <param name="cancellationToken">Cancels the work everywhere.</param>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <returns>What came of each cluster; a <see cref="ProxmoxException"/> belongs to its cluster, other exceptions come through.</returns>
    /// <exception cref="KeyNotFoundException">There is no such cluster; nothing was done.</exception>
    public async Task<FleetResult<T>> ForEachAsync<T>(
        Func<string, PveClient, CancellationToken, Task<T>> work, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        FleetItem<T>[] items = await Task.WhenAll(Chosen(clusters).Select(async cluster =>
        {
            try
            {
                return new FleetItem<T>(cluster.Key, await work(cluster.Key, cluster.Value, cancellationToken).ConfigureAwait(false), null);
            }
            catch (ProxmoxException exception)
            {
                return new FleetItem<T>(cluster.Key, default, exception);
            }
        })).ConfigureAwait(false);
        return new FleetResult<T>(items);
    }

    /// <summary>Does something on every cluster, one after the other.</summary>
    /// <param name="work">The work on one cluster.</param>
    /// <param name="clusters">The names of the clusters; null for all.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <returns>What came of each cluster; a <see cref="ProxmoxException"/> belongs to its cluster, other exceptions come through.</returns>
    /// <exception cref="KeyNotFoundException">There is no such cluster; nothing was done.</exception>
    public FleetResult<T> ForEach<T>(
        Func<string, PveClient, CancellationToken, T> work, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new FleetResult<T>([.. Chosen(clusters).Select(cluster =>
        {
            try
            {
                return new FleetItem<T>(cluster.Key, work(cluster.Key, cluster.Value, cancellationToken), null);
            }
            catch (ProxmoxException exception)
            {
                return new FleetItem<T>(cluster.Key, default, exception);
            }
        })]);
    }

    /// <summary>Reads the inventories of the clusters.</summary>
    /// <param name="options">How much to read; null for the defaults.</param>
    /// <param name="clusters">The names of the clusters; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="KeyNotFoundException">There is no such cluster.</exception>
    public Task<FleetResult<ClusterInventory>> ReadInventoryAsync(
        InventoryOptions? options = null, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default) =>
        ForEachAsync((_, pve, token) => pve.Inventory.ReadAsync(options, token), clusters, cancellationToken);

    /// <inheritdoc cref="ReadInventoryAsync"/>
    public FleetResult<ClusterInventory> ReadInventory(
        InventoryOptions? options = null, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default) =>
        ForEach((_, pve, token) => pve.Inventory.Read(options, token), clusters, cancellationToken);

    /// <summary>Finds guests by number, name, tag, pool, node or state.</summary>
    /// <param name="selection">Words as <see cref="GuestSelector"/> describes them.</param>
    /// <param name="clusters">The names of the clusters; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="FormatException">The selection is wrong.</exception>
    /// <exception cref="KeyNotFoundException">There is no such cluster.</exception>
    public async Task<FleetSearch> FindGuestsAsync(string selection, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        GuestSelector selector = GuestSelector.Parse(selection, null);
        return Search(await ForEachAsync(
            async (_, pve, token) => selector.Select(await pve.Guests.ListForAsync(selector, onlyMissing: true, cancellationToken: token).ConfigureAwait(false)),
            clusters,
            cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="FindGuestsAsync"/>
    public FleetSearch FindGuests(string selection, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        GuestSelector selector = GuestSelector.Parse(selection, null);
        return Search(ForEach((_, pve, token) => selector.Select(pve.Guests.ListFor(selector, onlyMissing: true, cancellationToken: token)), clusters, cancellationToken));
    }

    /// <summary>Does an action with the guests that a selection chooses in each cluster. The limits of the options count for each cluster.</summary>
    /// <param name="selection">Words as <see cref="GuestSelector"/> describes them.</param>
    /// <param name="action">What is done with each guest.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="clusters">The names of the clusters; null for all.</param>
    /// <param name="cancellationToken">
    /// Starts no further action. The reports tell what became of each guest, unless a cluster's list of guests was not read by then.
    /// </param>
    /// <exception cref="FormatException">The selection is wrong.</exception>
    /// <exception cref="KeyNotFoundException">There is no such cluster.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled before the guests were known.</exception>
    public Task<FleetResult<BulkReport>> RunAsync(
        string selection, BulkAction action, BulkOptions? options = null, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        GuestSelector selector = GuestSelector.Parse(selection, null);
        return ForEachAsync(
            async (_, pve, token) =>
            {
                try
                {
                    return await pve.Bulk.RunAsync(selector, action, options, token).ConfigureAwait(false);
                }
                catch (BulkCanceledException cancelled)
                {
                    return cancelled.Report;
                }
            },
            clusters,
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync"/>
    public FleetResult<BulkReport> Run(
        string selection, BulkAction action, BulkOptions? options = null, IEnumerable<string>? clusters = null, CancellationToken cancellationToken = default)
    {
        GuestSelector selector = GuestSelector.Parse(selection, null);
        return ForEach(
            (_, pve, token) =>
            {
                try
                {
                    return pve.Bulk.Run(selector, action, options, token);
                }
                catch (BulkCanceledException cancelled)
                {
                    return cancelled.Report;
                }
            },
            clusters,
            cancellationToken);
    }

    /// <summary>Disposes the clients if the fleet owns them.</summary>
    public void Dispose()
    {
        if (_ownsClients)
        {
            foreach (PveClient client in _clients.Values)
            {
                client.Dispose();
            }
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (_ownsClients)
        {
            foreach (PveClient client in _clients.Values)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private List<KeyValuePair<string, PveClient>> Chosen(IEnumerable<string>? clusters)
    {
        IEnumerable<string> names = clusters is null
            ? _clients.Keys
            : clusters.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select(name => KeyValuePair.Create(name, this[name]))];
    }

    private FleetSearch Search(FleetResult<GuestSelection> result)
    {
        List<FleetGuest> guests = [];
        HashSet<string>? unmatched = null;
        foreach (FleetItem<GuestSelection> item in result.Succeeded)
        {
            guests.AddRange(item.Value!.Guests.Select(guest => new FleetGuest(item.Cluster, guest, this[item.Cluster].Guests[guest])));
            unmatched ??= [.. item.Value.Unmatched];
            unmatched.IntersectWith(item.Value.Unmatched);
        }

        return new FleetSearch(guests, [.. unmatched ?? []], result.Failures.ToDictionary(static item => item.Cluster, static item => item.Error!));
    }
}
