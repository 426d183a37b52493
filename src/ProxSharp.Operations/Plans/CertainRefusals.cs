using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Refuses calls that the server is certain to refuse: nobody is to be asked about them, and the calls before them are not to be made in vain.</summary>
internal static class CertainRefusals
{
    private const string Migrate = "/{vmid}/migrate";

    /// <summary>Looks at a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    /// <exception cref="GuardRefusedException">It moves a guest that runs, and does not say how.</exception>
    public static void Check(PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> earlier)
    {
        bool isMove = call.Method == ApiMethod.Post && call.Path.EndsWith(Migrate, StringComparison.Ordinal);
        if (!isMove || targets is not [{ } guest, ..] || guest.Facts.GetValueOrDefault("power") != "running" || earlier.Any(before => MayStop(before, call)))
        {
            return;
        }

        bool isContainer = call.Path.Contains("/lxc/", StringComparison.Ordinal);
        if (!UndoBuilder.IsSet(call, "online") && !(isContainer && UndoBuilder.IsSet(call, "restart")))
        {
            throw new GuardRefusedException(
                "target",
                $"{UntrustedText.Clean(call.Title, 200)} is refused: the guest runs, and the server moves it only with {(isContainer ? "restart=1" : "online=1")}, "
                    + "or once it is stopped.");
        }
    }

    private static bool MayStop(PlannedCall before, PlannedCall move) => before.Parameters.Find("vmid") is not { } vmid
        || (vmid == move.Parameters.Find("vmid") && before.Path.Contains("/status/", StringComparison.Ordinal));
}
