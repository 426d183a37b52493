using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Guests;

/// <summary>Finds the node that holds a guest, with one call for the whole cluster.</summary>
internal sealed class GuestLocator
{
    private static readonly ClusterListResourcesRequest s_guests = new() { Type = ResourceFilter.Vm };

    private readonly PveClient _client;

    public GuestLocator(PveClient client) => _client = client;

    /// <summary>Returns the name of the node that holds a guest.</summary>
    /// <exception cref="ProxmoxNotFoundException">No guest of the cluster has the number.</exception>
    public async Task<string> LocateAsync(VmId id, CancellationToken cancellationToken) =>
        await TryLocateAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Missing(id);

    /// <inheritdoc cref="LocateAsync"/>
    public string Locate(VmId id, CancellationToken cancellationToken) => TryLocate(id, cancellationToken) ?? throw Missing(id);

    /// <summary>Returns the name of the node that holds a guest; null if none does.</summary>
    public async Task<string?> TryLocateAsync(VmId id, CancellationToken cancellationToken) =>
        Find(await _client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), id);

    /// <inheritdoc cref="TryLocateAsync"/>
    public string? TryLocate(VmId id, CancellationToken cancellationToken) =>
        Find(_client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data, id);

    private static string? Find(IReadOnlyList<ClusterResourcesItem> guests, VmId id) => guests.FirstOrDefault(guest => guest.VmId == id.Value)?.Node;

    private static ProxmoxNotFoundException Missing(VmId id) => new($"Unable to find guest {id}: no guest of the cluster that you may see has this number.")
    {
        Method = ApiMethod.Get,
        Path = "/cluster/resources",
    };
}
