using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Refuses calls that the server is certain to refuse: nobody is to be asked about them, and the calls before them are not to be made in vain.</summary>
internal static class CertainRefusals
{
    private const string Migrate = "/{vmid}/migrate";
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    /// <summary>Looks at a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    /// <exception cref="GuardRefusedException">It moves a guest that runs, and does not say how, or destroys one.</exception>
    public static void Check(PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> earlier)
    {
        if (targets is [{ } guest, ..] && guest.Facts.GetValueOrDefault("power") == "running" && Missing(call) is { } missing
            && !earlier.Any(before => MayStop(before, call)))
        {
            throw new GuardRefusedException("target", $"{UntrustedText.Clean(call.Title, 200)} is refused: the guest runs, and the server {missing} once it is stopped.");
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
