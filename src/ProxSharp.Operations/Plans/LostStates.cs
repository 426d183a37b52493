using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that others of their kind can be taken back from, and they not: what was before them is kept nowhere, or the call that would bring it back
/// names it in no way.
/// </summary>
internal static class LostStates
{
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";
    private const string Stop = "/nodes/{node}/services/{service}/stop";
    private const string Config = "/{vmid}/config";

    // A start and a resume both go on from the memory that was saved.
    private static readonly string[] s_starts = ["/nodes/{node}/qemu/{vmid}/status/start", "/nodes/{node}/qemu/{vmid}/status/resume"];

    /// <summary>Says why there is no way back; null if nothing of this kind is lost.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static string? Reason(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (call.Parameters.Find("revert") is { Length: > 0 })
        {
            return "what waits for the next start of the guest is dropped, and kept nowhere";
        }

        // Proxmox: a lock holds up every change of the guest, also the one that would take it away, unless root says skiplock.
        if (call.Parameters.Find("lock") is { Length: > 0 } && call.Path is Machines or Machines + Config or Containers or Containers + Config)
        {
            return "a guest that is locked takes no change; root of the node lifts the lock, with qm unlock or pct unlock";
        }

        if (s_starts.Contains(call.Path) && targets is [{ } guest, ..] && guest.Facts.GetValueOrDefault("lock") == "suspended")
        {
            return "the memory with which the guest was suspended is used up by its start";
        }

        // Proxmox: these serve the API.
        if (call.Path == Stop && call.Parameters.Find("service") is "pveproxy" or "pvedaemon" or "pve-cluster" or "proxmox-backup" or "proxmox-backup-proxy")
        {
            return "without that service there is no API that could start it again; somebody does on the node: systemctl start";
        }

        // Proxmox: one storage for all disks, or pairs of storages; where each disk was is not told by the guest that has arrived.
        return call.Path.EndsWith("/migrate", StringComparison.Ordinal)
            && (call.Parameters.Find("targetstorage") ?? call.Parameters.Find("target-storage")) is { Length: > 0 } and not "1"
                ? "its disks come to other storages, and the call back would leave them there"
            : (call.Method, call.Path, call.Parameters.Find("poolid")) is (ApiMethod.Post, "/pools", { } pool) && pool.Contains('/', StringComparison.Ordinal)
                ? "a pool within another one has no path of its own, by which it could be told whether it is still the same; prox pool delete removes it"
            : null;
    }
}
