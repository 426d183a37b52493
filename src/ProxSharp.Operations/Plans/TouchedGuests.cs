using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds the guests that a call acts on beside the one in its path: named by number, as owners of volumes and backups, as a group, or indirectly.
/// </summary>
/// <param name="client">Reads what the call does not say itself.</param>
/// <param name="configs">Reads the configurations of guests.</param>
/// <param name="volumes">Finds who else has the disks of a guest.</param>
internal sealed class TouchedGuests(ProxmoxClient client, GuestConfigs configs, VolumeUsers volumes)
{
    private readonly GuestGroups _groups = new(client);
    private readonly IndirectGuests _indirect = new(client, configs);

    /// <summary>Finds them; each number comes once.</summary>
    /// <param name="call">The call.</param>
    /// <param name="config">The configuration of the guest in the path; undefined if there is none.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">Nobody can tell who they are.</exception>
    public async Task<IEnumerable<TouchedGuest>> ReadAsync(PlannedCall call, JsonElement config, CancellationToken cancellationToken)
    {
        if (client.Schema.Product != ProxmoxProduct.VirtualEnvironment)
        {
            return [];
        }

        List<TouchedGuest> found = [.. GuestNames.NamedBy(call)];
        if (GuestGroups.IsBulk(call) && found.Count == 0)
        {
            throw new GuardRefusedException("target", $"{call.Title} would act on every guest: name them in 'vms'.");
        }

        // What a guest has left behind is removed when there is none any more.
        found.AddRange(VolumeOwners.NamedBy(call).Select(guest => guest with { MayBeGone = guest.MayBeGone || IsRemoval(call) }));
        found.AddRange(VolumeOwners.BehindKeys(call, config));
        found.AddRange(await _groups.ReadAsync(call, cancellationToken).ConfigureAwait(false));
        found.AddRange(await _indirect.ReadAsync(call, cancellationToken).ConfigureAwait(false));
        found.AddRange(await volumes.OfAsync(call, config, cancellationToken).ConfigureAwait(false));
        string?[] own = [GuestNames.IsInPath(call) ? call.Parameters.Find("vmid") : null, .. NewGuests.MadeBy(call)];
        return found.Where(guest => !own.Contains(guest.Vmid)).GroupBy(static guest => guest.Vmid, StringComparer.Ordinal)
            .Select(static group => new TouchedGuest(group.Key, group.All(static guest => guest.MayBeGone))
            {
                Holds = group.Select(static guest => guest.Holds).FirstOrDefault(static disk => disk is not null),
            });
    }

    private static bool IsRemoval(PlannedCall call) => call is { Method: ApiMethod.Delete, Path: "/nodes/{node}/storage/{storage}/content/{volume}" };
}
