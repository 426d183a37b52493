using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Who may see and use drives and pools, where that depends on which.</summary>
internal static class TapeAccess
{
    /// <summary>Whether a drive or changer is shown to the caller.</summary>
    public static bool SeesDevice(PbsState state, ApiCall call, string name) => Has(state, call, $"/tape/device/{name}", "Tape.Audit");

    /// <summary>Whether the tapes of a pool are shown to the caller; those of none are to who sees all pools.</summary>
    public static bool SeesPool(PbsState state, ApiCall call, string? pool) =>
        Has(state, call, pool is null ? "/tape/pool" : $"/tape/pool/{pool}", "Tape.Audit");

    /// <summary>Fails unless the caller has a right.</summary>
    /// <exception cref="ApiFault">It has not.</exception>
    public static void Demand(PbsState state, ApiCall call, string path, string privilege)
    {
        if (!Has(state, call, path, privilege))
        {
            throw new ApiFault(403, "permission check failed");
        }
    }

    private static bool Has(PbsState state, ApiCall call, string path, string privilege) => state.Permissions.HasAny(call.Caller, path, privilege);
}
