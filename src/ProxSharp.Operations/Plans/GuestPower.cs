using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// What calls do to the power of guests, and to services of nodes. What is so already is not changed, and has no way back: that would turn around what the call
/// has left alone.
/// </summary>
internal static class GuestPower
{
    /// <summary>The fact of a guest that tells it.</summary>
    public const string Fact = "power";

    /// <summary>The fact of a service.</summary>
    public const string Service = "state";

    /// <summary>The word of Proxmox for what is off.</summary>
    public const string Stopped = "stopped";

    private const string Running = "running";
    private const string Services = "/nodes/{node}/services/{service}/";

    // The end of a path, with what the guest is after it.
    private static readonly Dictionary<string, string> s_goals = new(StringComparer.Ordinal)
    {
        ["/status/start"] = Running,
        ["/status/resume"] = Running,
        ["/status/stop"] = Stopped,
        ["/status/shutdown"] = Stopped,
        ["/status/suspend"] = "paused",
    };

    /// <summary>The power of a guest. Proxmox: a machine that is paused, or has stopped at an error of its disks, is running all the same.</summary>
    /// <param name="current">The answer of <c>status/current</c>.</param>
    public static string Of(JsonElement current) =>
        current.Text("status") is Running && current.Text("qmpstatus") is { Length: > 0 } state ? state : current.Text("status") ?? "";

    /// <summary>True for a guest with a process, whether it is paused or not.</summary>
    public static bool Runs(PlanTarget guest) => guest.Facts.GetValueOrDefault(Fact) is { Length: > 0 } power && power != Stopped;

    /// <summary>True for a call that starts or stops a service.</summary>
    public static bool IsOfService(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Services + "start" or Services + "stop" };

    /// <summary>The power that a call gives to the guest in its path; null if it gives none.</summary>
    public static string? Goal(PlannedCall call) =>
        call.Method == ApiMethod.Post && call.Path.IndexOf("{vmid}", StringComparison.Ordinal) is > 0 and int at
            ? s_goals.GetValueOrDefault(call.Path[(at + "{vmid}".Length)..])
            : null;

    /// <summary>True if all is so already that a call would do to the power of its guest, or to a service.</summary>
    /// <param name="call">The call.</param>
    /// <param name="own">What it acts on.</param>
    /// <param name="earlier">The calls of the plan before it.</param>
    public static bool IsReached(PlannedCall call, IReadOnlyList<PlanTarget> own, IEnumerable<PlannedCall> earlier) => IsOfService(call)
        ? own.Any(target => target.Rules.TryGetValue(Service, out string? state) && (state == Running) == call.Path.EndsWith("start", StringComparison.Ordinal))
        : Goal(call) is { } goal && Before(call, own, earlier) == goal;

    // What other calls have made of it nobody can tell.
    private static string? Before(PlannedCall call, IReadOnlyList<PlanTarget> own, IEnumerable<PlannedCall> earlier)
    {
        string? vmid = call.Parameters.Find("vmid");
        PlannedCall? last = earlier.LastOrDefault(before => GuestNames.NamedAnyhow(before).Contains(vmid)
            && (Goal(before) is not null || NewGuests.MadeBy(before).Contains(vmid) || before.Path.EndsWith("/rollback", StringComparison.Ordinal) || MayStart(before)));
        return last is null ? own[0].Facts.GetValueOrDefault(Fact) : Goal(last);
    }

    // Jobs leave a guest as it is. High availability starts what nobody wants stopped.
    private static bool MayStart(PlannedCall call) => GuestGroups.IsBulk(call) || (call.Path.StartsWith("/cluster/ha/resources", StringComparison.Ordinal)
        && (call.Parameters.Find("state") ?? (call.Method == ApiMethod.Post ? "started" : "")) is "started" or "enabled");
}
