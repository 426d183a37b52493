using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Calls that put members into a pool. Proxmox: what is a member already is refused, so all that such a call names can be taken out again.</summary>
internal static class PoolMembers
{
    private static readonly HashSet<string> s_own = new(StringComparer.Ordinal) { "poolid", "vms", "storage" };

    /// <summary>The path of the pool that a call fills or empties; null for other calls.</summary>
    public static string? PathOf(PlannedCall call) => call is { Method: ApiMethod.Put, Path: "/pools" or "/pools/{poolid}" } && call.Parameters.Find("poolid") is { } pool
        ? $"/pools/{Uri.EscapeDataString(pool)}"
        : null;

    /// <summary>What takes the members out again; null where one may come from another pool, or more is changed.</summary>
    public static PlanRequest? Back(PlannedCall call)
    {
        if (PathOf(call) is null || call.Parameters.All(static parameter => parameter.Name == "poolid")
            || call.Parameters.Any(static parameter => !s_own.Contains(parameter.Name)))
        {
            return null;
        }

        ApiParameters parameters = [];
        foreach (ApiParameter parameter in call.Others)
        {
            parameters.Add(parameter);
        }

        parameters.Add("delete", true);
        return new PlanRequest(ApiMethod.Put, call.ConcretePath, parameters);
    }
}
