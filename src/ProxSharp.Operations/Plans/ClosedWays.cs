using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Leaves out ways back that would be refused: those to guests and backups which the plan itself puts under protection.</summary>
internal static class ClosedWays
{
    private static readonly char[] s_tagEnds = [';', ',', ' '];

    /// <summary>The steps that stay open once all calls of a plan are made.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="targets">What each of them acts on.</param>
    /// <param name="undo">The ways back.</param>
    /// <param name="policy">The policy.</param>
    public static IReadOnlyList<UndoStep> Open(
        IReadOnlyList<PlannedCall> calls, IReadOnlyList<IReadOnlyList<PlanTarget>> targets, IReadOnlyList<UndoStep> undo, GuardPolicy policy)
    {
        // The way back from a retirement is let through to the guest that it has protected.
        Dictionary<string, bool> shielded = calls.Where(call => Shields(call, policy))
            .GroupBy(static call => call.Parameters.Find("vmid")!, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Any(Retirement.IsPartOf), StringComparer.Ordinal);
        HashSet<string> backups = [.. calls.Index().Where(static call => ShieldsBackup(call.Item)).SelectMany(call => targets[call.Index]).Select(Named)];
        return shielded.Count + backups.Count == 0 ? undo : [.. undo.Where(step => !targets[step.Of].Select(Named).Any(backups.Contains)
            && shielded.All(guest => !Reaches(step, targets[step.Of], guest.Key) || (guest.Value && Retirement.IsWayBack(step.Call))))];
    }

    // Proxmox: the flag of a backup server's snapshot keeps everything from it, and the guard lets nobody take it off.
    private static bool ShieldsBackup(PlannedCall call) => call.Path == "/admin/datastore/{store}/protected" && UndoBuilder.IsSet(call, "protected");

    // Snapshots of a group have one key.
    private static string Named(PlanTarget target) => $"{target.Key} {target.Identity.GetValueOrDefault("times")}";

    private static bool Shields(PlannedCall call, GuardPolicy policy) => call.Parameters.Find("vmid") is not null
        && (UndoBuilder.IsSet(call, "protection")
            || (call.Parameters.Find("tags") ?? "").Split(s_tagEnds, StringSplitOptions.RemoveEmptyEntries).Any(policy.ProtectsTag));

    private static bool Reaches(UndoStep step, IReadOnlyList<PlanTarget> targets, string vmid) => step.Call.Parameters.Find("vmid") == vmid
        || targets.Any(target => target.Key == $"guest {vmid}" || target.Key == $"new guest {vmid}");
}
