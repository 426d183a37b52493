using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The containers of the cluster.</summary>
public sealed class ContainerCollection
{
    private readonly PveClient _client;

    internal ContainerCollection(PveClient client) => _client = client;

    /// <summary>A container by its number; nothing is sent. The first call finds its node.</summary>
    /// <param name="id">The number.</param>
    public Container this[VmId id] => new(_client, id, null);

    /// <summary>A container by its number; nothing is sent. The first call finds its node.</summary>
    /// <param name="id">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 100 or above 999999999.</exception>
    public Container this[int id] => this[new VmId(id)];

    /// <summary>Lists the containers of all nodes in the order of their numbers, with one call. Those that the user may not see are left out.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>. Guests on a node that does not answer are listed as
    /// <c>unknown</c>.
    /// </remarks>
    public Task<IReadOnlyList<GuestSummary>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.Guests.ListAsync(GuestType.Lxc, cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<GuestSummary> List(CancellationToken cancellationToken = default) => _client.Guests.List(GuestType.Lxc, cancellationToken);
}
