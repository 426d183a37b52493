using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>What high availability does to a guest that is put in its care: it brings it to the state that is asked for, which is the running one by default.</summary>
internal static class HaStarts
{
    /// <summary>The fact that says which state is asked for.</summary>
    public const string Asked = "state asked of high availability";

    private const string Resources = "/cluster/ha/resources";

    /// <summary>What brings a guest back to the power that it had, once high availability looks after it no more; null where that changes nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static PlanRequest? Back(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (call is not { Method: ApiMethod.Post, Path: Resources }
            || targets.FirstOrDefault(static target => target.Key.StartsWith("guest ", StringComparison.Ordinal)) is not { } guest
            || guest.Identity.GetValueOrDefault("type") is not { } type)
        {
            return null;
        }

        string? verb = (guest.Facts.GetValueOrDefault(Asked), guest.Facts.GetValueOrDefault("power")) switch
        {
            ("started" or "enabled", "stopped") => "stop",
            ("stopped" or "disabled", "running") => "start",
            _ => null,
        };
        string node = Uri.EscapeDataString(guest.Facts.GetValueOrDefault("node") ?? "");
        return verb is null ? null : new PlanRequest(ApiMethod.Post, $"/nodes/{node}/{type}/{guest.Key["guest ".Length..]}/status/{verb}");
    }

    /// <summary>What takes a guest out of the care of high availability that is put there as it is made: before that it cannot be removed. Empty for others.</summary>
    public static IEnumerable<PlanRequest> Release(PlannedCall call)
    {
        if (UndoBuilder.IsSet(call, "ha-managed"))
        {
            string kind = call.Path.EndsWith("/lxc", StringComparison.Ordinal) ? "ct" : "vm";
            yield return new PlanRequest(ApiMethod.Delete, $"{Resources}/{kind}:{call.Parameters.Find("vmid")}");
        }
    }
}
