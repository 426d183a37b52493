using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Refuses calls that the server is certain to refuse, or to pass over without an error: nobody is to be asked about them, and the calls before them are not to be
/// made in vain.
/// </summary>
internal static class CertainRefusals
{
    private const string Migrate = "/{vmid}/migrate";
    private const string Backup = "/nodes/{node}/vzdump";
    private const string Groups = "/admin/datastore/{store}/groups";
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    /// <summary>Looks at a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    /// <exception cref="GuardRefusedException">It moves a guest that runs, and does not say how, or destroys one; or backs up one that is elsewhere.</exception>
    public static void Check(PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> earlier)
    {
        if (targets is [{ } guest, ..] && GuestPower.Runs(guest) && Missing(call) is { } missing
            && !earlier.Any(before => MayStop(before, call)))
        {
            throw new GuardRefusedException("target", $"{UntrustedText.Clean(call.Title, 200)} is refused: the guest runs, and the server {missing} once it is stopped.");
        }

        CheckPower(call, targets, earlier);
        CheckGroup(call, earlier);
        if (call is { Method: ApiMethod.Post, Path: Backup } && !earlier.Any(static before => before.Path.EndsWith(Migrate, StringComparison.Ordinal)))
        {
            CheckPlace(call, targets);
        }
    }

    // Proxmox: a machine that is off may be stopped again. High availability takes any wish.
    private static void CheckPower(PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> earlier)
    {
        if (GuestPower.Goal(call) is not { } goal || targets[0].Facts.GetValueOrDefault("high availability") != "no"
            || earlier.Any(before => GuestNames.NamedAnyhow(before).Contains(call.Parameters.Find("vmid"))))
        {
            return;
        }

        string? power = targets[0].Facts.GetValueOrDefault(GuestPower.Fact);
        bool isStart = call.Path.EndsWith("/status/start", StringComparison.Ordinal);
        if ((isStart && GuestPower.Runs(targets[0]) && power != goal) || (power == "paused" && call.Path.EndsWith("/status/shutdown", StringComparison.Ordinal)))
        {
            throw new GuardRefusedException(
                "target", $"{UntrustedText.Clean(call.Title, 200)} is refused: the guest is {UntrustedText.Clean(power ?? "", 40)}, and goes on with POST .../status/resume.");
        }

        if (earlier.Count > 0 && (isStart || (call.Path.StartsWith(Containers, StringComparison.Ordinal) && goal == GuestPower.Stopped)) && power == goal)
        {
            throw new GuardRefusedException(
                "target", $"{UntrustedText.Clean(call.Title, 200)} is refused: {targets[0].Key} is {power} already, and the server refuses that. Leave it out.");
        }
    }

    // Which snapshots a group has is who it is: a call of the same plan that removes one makes another group of it.
    private static void CheckGroup(PlannedCall call, IReadOnlyList<PlannedCall> earlier)
    {
        bool isSnapshot = call.Parameters.Find("backup-time") is not null;
        if (call.Parameters.Find("backup-id") is not null
            && earlier.Any(before => before.Method == ApiMethod.Delete && before.Path is LeftBackups.Snapshots or Groups
                && (before.Path == Groups || !isSnapshot) && BackupReader.GroupOf(before) == BackupReader.GroupOf(call)))
        {
            throw new GuardRefusedException(
                "target", $"{UntrustedText.Clean(call.Title, 200)} cannot be planned behind a call that removes backups of the same group: make two plans of it.");
        }
    }

    // Proxmox: a node leaves out what is on another one, and the task ends well.
    private static void CheckPlace(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        string? node = call.Parameters.Find("node");
        HashSet<string> named = [.. ItemLists.Split(call.Parameters.Find("vmid") ?? "")];
        foreach (PlanTarget guest in targets.Where(target => named.Contains(target.Key.Replace("guest ", "", StringComparison.Ordinal))))
        {
            if (node != "localhost" && guest.Facts.GetValueOrDefault("node") is { } place && place != node)
            {
                throw new GuardRefusedException(
                    "target",
                    $"{UntrustedText.Clean(call.Title, 200)} would leave out {guest.Key} without an error: it is on {place}. "
                        + $"Plan its backup as POST /nodes/{place}/vzdump.");
            }
        }
    }

    // What a call for a guest that runs lacks; null if nothing does.
    private static string? Missing(PlannedCall call)
    {
        bool isContainer = call.Path.StartsWith(Containers, StringComparison.Ordinal);
        return call.Method switch
        {
            ApiMethod.Delete when call.Path is Machines + "/{vmid}" || (call.Path is Containers + "/{vmid}" && !UndoBuilder.IsSet(call, "force")) => "destroys it only",
            ApiMethod.Post when call.Path.EndsWith(Migrate, StringComparison.Ordinal) && !UndoBuilder.IsSet(call, isContainer ? "restart" : "online") =>
                $"moves it only with {(isContainer ? "restart=1" : "online=1")}, or",
            _ => null,
        };
    }

    private static bool MayStop(PlannedCall before, PlannedCall move) => before.Parameters.Find("vmid") is not { } vmid
        || (vmid == move.Parameters.Find("vmid") && before.Path.Contains("/status/", StringComparison.Ordinal));
}
