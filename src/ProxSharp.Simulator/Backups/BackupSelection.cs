using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Backups;

/// <summary>Which guests and disks a backup job covers.</summary>
internal static class BackupSelection
{
    /// <summary>The guests of a job in the order of their numbers.</summary>
    public static IEnumerable<Guest> GuestsOf(PveState state, JsonObject job)
    {
        string Text(string name) => job[name] is { } value ? Calls.ApiCall.TextOf(value) : "";
        string[] List(string name) => Text(name).Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        string[] wanted = List("vmid");
        string[] excluded = List("exclude");
        bool all = Text("all") == "1";
        string pool = Text("pool");
        string node = Text("node");
        return state.Guests.Values.Where(guest =>
        {
            string id = guest.VmId.ToString(CultureInfo.InvariantCulture);
            bool chosen = wanted.Contains(id) || (all && !excluded.Contains(id)) || (pool.Length > 0 && guest.Pool == pool);
            return chosen && (node.Length == 0 || guest.Node == node);
        });
    }

    /// <summary>The volumes of a guest, whether a backup includes them, and why.</summary>
    public static IEnumerable<CoveredVolume> VolumesOf(Guest guest)
    {
        foreach ((string key, string value) in guest.Config.Where(option => DiskOptions.IsDisk(option.Key, guest.IsContainer)))
        {
            if (key.StartsWith("unused", StringComparison.Ordinal) || value.Contains("media=cdrom", StringComparison.Ordinal))
            {
                continue;
            }

            string? backup = DiskOptions.Get(value, "backup");
            string volume = DiskOptions.VolumeOf(value);
            if (!guest.IsContainer)
            {
                bool included = backup is not ("0" or "no" or "off" or "false");
                yield return new CoveredVolume(key, volume, included, included ? "backup=yes" : "backup=no");
            }
            else if (key == "rootfs")
            {
                yield return new CoveredVolume(key, volume, true, "rootfs");
            }
            else
            {
                // Proxmox: mount points of containers are left out unless asked for.
                bool included = backup is "1" or "yes" or "on" or "true";
                yield return new CoveredVolume(key, volume, included, included ? "enabled" : "disabled");
            }
        }
    }
}
