using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.Jobs;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Guests;

/// <summary>What elsewhere in the cluster names a guest: high availability, replication and backup jobs.</summary>
internal sealed class GuestReferences(PveState state)
{
    private const string Replication = "/cluster/replication";

    /// <summary>Refuses to remove a guest that is looked after elsewhere.</summary>
    public void DemandNone(Guest guest)
    {
        if (state.Collections.Find(HaManager.Resources, HaManager.IdOf(guest)) is not null)
        {
            throw ApiFault.Failed($"unable to remove {guest.Label} - used in HA resources and purge parameter not set.");
        }

        if (ReplicationsOf(guest).FirstOrDefault() is { } job)
        {
            throw ApiFault.Failed(string.Create(
                CultureInfo.InvariantCulture, $"There is a replication job '{job}' for guest '{guest.VmId}' - Please remove that first."));
        }
    }

    /// <summary>Takes a guest out of everything that names it.</summary>
    public void Remove(Guest guest)
    {
        state.Collections.Remove(HaManager.Resources, HaManager.IdOf(guest));
        foreach (string job in ReplicationsOf(guest).ToArray())
        {
            state.Collections.Remove(Replication, job);
        }

        string number = guest.VmId.ToString(CultureInfo.InvariantCulture);
        foreach ((string id, JsonObject job) in state.Collections.Items(JobScheduler.Backups).ToArray())
        {
            RemoveFrom(id, job, number);
        }
    }

    // Proxmox: a job that is left without guests goes too.
    private void RemoveFrom(string id, JsonObject job, string number)
    {
        if (job["vmid"] is not { } listed)
        {
            return;
        }

        string[] before = ApiCall.TextOf(listed).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] after = [.. before.Where(one => one != number)];
        if (after.Length == before.Length)
        {
            return;
        }

        if (after.Length == 0)
        {
            state.Collections.Remove(JobScheduler.Backups, id);
            return;
        }

        job["vmid"] = string.Join(',', after);
    }

    private IEnumerable<string> ReplicationsOf(Guest guest)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{guest.VmId}-");
        return state.Collections.Items(Replication).Keys.Where(id => id.StartsWith(prefix, StringComparison.Ordinal));
    }
}
