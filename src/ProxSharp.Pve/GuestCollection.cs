using ProxSharp.Pve.Api;
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

    /// <summary>The handle of a guest whose place is not known (any more): its first call looks for it.</summary>
    internal Guest Lost(GuestSummary guest) => guest.Type == GuestType.Lxc ? new Container(_client, guest.Id, null) : new Vm(_client, guest.Id, null);

    internal async Task<IReadOnlyList<GuestSummary>> ListAsync(GuestType? type, CancellationToken cancellationToken) =>
        GuestSummary.Of(await _client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), type);

    internal IReadOnlyList<GuestSummary> List(GuestType? type, CancellationToken cancellationToken) =>
        GuestSummary.Of(_client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data, type);
}
