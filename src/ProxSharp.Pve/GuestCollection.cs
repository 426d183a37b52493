using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>The virtual machines and containers of the cluster.</summary>
public sealed class GuestCollection
{
    private static readonly ClusterListResourcesRequest s_guests = new() { Type = ResourceFilter.Vm };

    private readonly PveClient _client;

    internal GuestCollection(PveClient client) => _client = client;

    /// <summary>The handle of a guest that a list holds; nothing is sent.</summary>
    /// <param name="guest">The guest.</param>
    public Guest this[GuestSummary guest]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(guest);
            return guest.Type == GuestType.Lxc ? new Container(_client, guest.Id, guest.Node) : new Vm(_client, guest.Id, guest.Node);
        }
    }

    /// <summary>Lists all guests in the order of their numbers, with one call. Those that the user may not see are left out.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>. Guests on a node that does not answer are listed as
    /// <c>unknown</c>.
    /// </remarks>
    public Task<IReadOnlyList<GuestSummary>> ListAsync(CancellationToken cancellationToken = default) => ListAsync(null, cancellationToken);

    /// <inheritdoc cref="ListAsync(CancellationToken)"/>
    public IReadOnlyList<GuestSummary> List(CancellationToken cancellationToken = default) => List(null, cancellationToken);

    /// <summary>Asks a guest itself for its present name and state, which a list of the cluster shows up to 10 s late.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The guest with its present name, state and node; all else is as it was given.</returns>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<GuestSummary> LookAsync(GuestSummary guest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Live.LookAsync(guest, cancellationToken);
    }

    /// <inheritdoc cref="LookAsync(GuestSummary, CancellationToken)"/>
    public GuestSummary Look(GuestSummary guest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Live.Look(guest, cancellationToken);
    }

    /// <summary>Asks guests themselves for their present names and states, eight at a time. Those that cannot be asked come back as they were given.</summary>
    /// <param name="guests">The guests. Those that have been asked, or are live and cannot be paused, are not asked again.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IReadOnlyList<GuestSummary>> LookAsync(IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return Live.LookAsync(guests, cancellationToken);
    }

    /// <summary>Asks guests themselves for their present names and states, one after the other. Those that cannot be asked come back as they were given.</summary>
    /// <inheritdoc cref="LookAsync(IReadOnlyList{GuestSummary}, CancellationToken)"/>
    public IReadOnlyList<GuestSummary> Look(IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return [.. guests.Select(guest => Live.TryLook(guest, cancellationToken))];
    }

    /// <summary>
    /// Lists the guests that a task starts, stops, suspends, resumes or moves at this moment, also by asking high availability: their present state or node
    /// is about to become another one.
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Their numbers. Tasks that the user may not see are not looked at.</returns>
    /// <remarks><c>GET /cluster/tasks</c>. Tasks of other users need <c>Sys.Audit</c> on their nodes.</remarks>
    public Task<IReadOnlySet<VmId>> ListChangingAsync(CancellationToken cancellationToken = default) => new ChangingGuests(_client).ListAsync(cancellationToken);

    /// <inheritdoc cref="ListChangingAsync"/>
    public IReadOnlySet<VmId> ListChanging(CancellationToken cancellationToken = default) => new ChangingGuests(_client).List(cancellationToken);

    /// <summary>
    /// Lists all guests in the order of their numbers, with the names and states that their nodes tell now: guests that were just made have their names.
    /// Those of a node that does not answer are as <see cref="ListAsync(CancellationToken)"/> has them.
    /// </summary>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>, <c>GET /nodes</c>, and of each node that is online and holds guests <c>GET /nodes/{node}/qemu</c> and <c>.../lxc</c>. Needs
    /// <c>VM.Audit</c> on <c>/vms/{vmid}</c>.
    /// </remarks>
    public Task<IReadOnlyList<GuestSummary>> ListLiveAsync(CancellationToken cancellationToken = default) => Live.ListAsync(cancellationToken);

    /// <inheritdoc cref="ListLiveAsync"/>
    public IReadOnlyList<GuestSummary> ListLive(CancellationToken cancellationToken = default) => Live.List(cancellationToken);

    /// <summary>
    /// Lists all guests so that a selection chooses the right ones although the list of the cluster shows names up to 10 s late. Guests that it chooses by their
    /// names are asked for them; if one has another name by now, or a name fits nobody, the lists of the nodes are read.
    /// </summary>
    /// <param name="selector">The selection. One without names costs nothing more than the list of the cluster.</param>
    /// <param name="type">The kind of guest that is to be chosen; null for both. The list holds both in any case.</param>
    /// <param name="onlyMissing">True to ask further only if a name fits nobody, as is enough where nothing is changed.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks>See <see cref="ListAsync(CancellationToken)"/>, <see cref="LookAsync(GuestSummary, CancellationToken)"/> and <see cref="ListLiveAsync"/>.</remarks>
    public Task<IReadOnlyList<GuestSummary>> ListForAsync(
        GuestSelector selector, GuestType? type = null, bool onlyMissing = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return Live.ForAsync(selector, type, onlyMissing, cancellationToken);
    }

    /// <inheritdoc cref="ListForAsync"/>
    public IReadOnlyList<GuestSummary> ListFor(
        GuestSelector selector, GuestType? type = null, bool onlyMissing = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return Live.For(selector, type, onlyMissing, cancellationToken);
    }

    internal LiveGuests Live => new(_client);

    /// <summary>The handle of a guest whose place is not known (any more): its first call looks for it.</summary>
    internal Guest Lost(GuestSummary guest) => guest.Type == GuestType.Lxc ? new Container(_client, guest.Id, null) : new Vm(_client, guest.Id, null);

    internal async Task<IReadOnlyList<GuestSummary>> ListAsync(GuestType? type, CancellationToken cancellationToken) =>
        GuestSummary.Of(await _client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), type);

    internal IReadOnlyList<GuestSummary> List(GuestType? type, CancellationToken cancellationToken) =>
        GuestSummary.Of(_client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data, type);
}
