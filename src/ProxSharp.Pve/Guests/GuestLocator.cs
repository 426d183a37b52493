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
    /// <exception cref="ProxmoxNotFoundException">No guest of the cluster has the number, or one of the other kind has it.</exception>
    public async Task<string> LocateAsync(Guest guest, CancellationToken cancellationToken) =>
        await TryLocateAsync(guest, cancellationToken).ConfigureAwait(false) ?? throw Missing(guest);

    /// <inheritdoc cref="LocateAsync"/>
    public string Locate(Guest guest, CancellationToken cancellationToken) => TryLocate(guest, cancellationToken) ?? throw Missing(guest);

    /// <summary>Returns the name of the node that holds a guest; null if none does.</summary>
    /// <exception cref="ProxmoxNotFoundException">A guest of the other kind has the number.</exception>
    public async Task<string?> TryLocateAsync(Guest guest, CancellationToken cancellationToken) =>
        NodeOf(guest, await FindAsync(guest.Id, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="TryLocateAsync"/>
    public string? TryLocate(Guest guest, CancellationToken cancellationToken) => NodeOf(guest, Find(guest.Id, cancellationToken));

    /// <summary>Returns what the cluster lists under a number, whatever its kind; null if nothing.</summary>
    public async Task<ClusterResourcesItem?> FindAsync(VmId id, CancellationToken cancellationToken) =>
        Find(await _client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), id);

    /// <inheritdoc cref="FindAsync"/>
    public ClusterResourcesItem? Find(VmId id, CancellationToken cancellationToken) =>
        Find(_client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data, id);

    private static ClusterResourcesItem? Find(IReadOnlyList<ClusterResourcesItem> guests, VmId id) =>
        guests.FirstOrDefault(guest => guest.VmId == id.Value);

    // The node would answer that the guest does not exist, or start a task that fails so, although the number is in use.
    private static string? NodeOf(Guest guest, ClusterResourcesItem? found)
    {
        GuestType type = found is null ? guest.Type : new GuestType(found.Type.Value);
        if ((type == GuestType.Qemu || type == GuestType.Lxc) && type != guest.Type)
        {
            GuestKind kind = GuestKind.Of(type);
            throw Unfound(guest, $"guest {guest.Id} is a {kind.Word}: use {kind.Collection}[{guest.Id}]");
        }

        return found?.Node;
    }

    private static ProxmoxNotFoundException Missing(Guest guest) => Unfound(guest, "no guest of the cluster that you may see has this number");

    private static ProxmoxNotFoundException Unfound(Guest guest, string why) => new($"Unable to find {guest.Label}: {why}.")
    {
        Method = ApiMethod.Get,
        Path = "/cluster/resources",
    };
}
