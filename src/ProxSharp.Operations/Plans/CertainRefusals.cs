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
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    /// <summary>Looks at a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    /// <exception cref="GuardRefusedException">It moves a guest that runs, and does not say how, or destroys one; or backs up one that is elsewhere.</exception>
    public static void Check(PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> earlier)
    {
        if (targets is [{ } guest, ..] && guest.Facts.GetValueOrDefault("power") == "running" && Missing(call) is { } missing
            && !earlier.Any(before => MayStop(before, call)))
        {
            throw new GuardRefusedException("target", $"{UntrustedText.Clean(call.Title, 200)} is refused: the guest runs, and the server {missing} once it is stopped.");
        }

        if (call is { Method: ApiMethod.Post, Path: Backup } && !earlier.Any(static before => before.Path.EndsWith(Migrate, StringComparison.Ordinal)))
        {
            CheckPlace(call, targets);
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
                    "target", $"{UntrustedText.Clean(call.Title, 200)} would leave out {guest.Key} without an error: it is on {place}. Plan its backup as POST /nodes/{place}/vzdump.");
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
            ApiMethod.Post when call.Path.EndsWith(Migrate, StringComparison.Ordinal) && !UndoBuilder.IsSet(call, "online") && !(isContainer && UndoBuilder.IsSet(call, "restart")) =>
                $"moves it only with {(isContainer ? "restart=1" : "online=1")}, or",
            _ => null,
        };
    }

    private static bool MayStop(PlannedCall before, PlannedCall move) => before.Parameters.Find("vmid") is not { } vmid
        || (vmid == move.Parameters.Find("vmid") && before.Path.Contains("/status/", StringComparison.Ordinal));
}
