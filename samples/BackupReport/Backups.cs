using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Storages;

namespace BackupReport;

/// <summary>Finds guests whose latest backup is too old.</summary>
public static class Backups
{
    /// <summary>Looks at all backups on all storages of the nodes that are online. Templates do not count.</summary>
    public static async Task<IReadOnlyList<UnprotectedGuest>> FindOverdueAsync(
        PveClient pve, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        Dictionary<VmId, DateTimeOffset> latest = [];
        foreach (Node node in await OnlineNodesAsync(pve, cancellationToken))
        {
            foreach (StorageStatus storage in await node.Storages.ListAsync(cancellationToken: cancellationToken))
            {
                if (storage.IsActive && storage.Content.Contains(StorageContent.Backup))
                {
                    Note(latest, await node.Storages[storage.Id].Volumes.ListAsync(StorageContent.Backup, cancellationToken: cancellationToken));
                }
            }
        }

        IReadOnlyList<GuestSummary> guests = await pve.Guests.ListAsync(cancellationToken);
        return
        [
            .. guests.Where(guest => !guest.IsTemplate && (!latest.TryGetValue(guest.Id, out DateTimeOffset time) || time < since))
                .Select(guest => new UnprotectedGuest(guest, latest.TryGetValue(guest.Id, out DateTimeOffset time) ? time : null)),
        ];
    }

    private static async Task<IEnumerable<Node>> OnlineNodesAsync(PveClient pve, CancellationToken cancellationToken) =>
        (await pve.Nodes.ListAsync(cancellationToken)).Where(static node => node.Status == NodeStatus.Online).Select(node => pve.Nodes[node.Node]);

    private static void Note(Dictionary<VmId, DateTimeOffset> latest, IReadOnlyList<VolumeInfo> backups)
    {
        foreach (VolumeInfo backup in backups)
        {
            if (backup is { Guest: { } guest, Created: { } created } && created > latest.GetValueOrDefault(guest))
            {
                latest[guest] = created;
            }
        }
    }
}
