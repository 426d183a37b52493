using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds calls after which everything would be as it is: the start of a guest that runs, a value that is set already.</summary>
internal static class Unneeded
{
    private const string Digest = "digest";

    // What they say is done, not kept.
    private static readonly HashSet<string> s_orders = new(StringComparer.OrdinalIgnoreCase) { "delete", "revert", "force", "skiplock", "background_delay" };

    /// <summary>Refuses what changes nothing: there is nothing to approve and nothing to apply.</summary>
    /// <exception cref="GuardRefusedException">All is as the calls would have it.</exception>
    public static void Check(PlanDraft draft)
    {
        string?[] reasons = [.. draft.Calls.Select(call => Reason(call, draft.Targets))];
        if (reasons.All(static reason => reason is not null))
        {
            throw new GuardRefusedException(
                GuardRefusedException.Unneeded, $"Nothing needs to change: {string.Join("; ", reasons.Distinct(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>What to say where a plan was taken back before and nothing has come back since.</summary>
    public static GuardRefusedException TakenBack(string planId, Exception? cause = null) => new(
        GuardRefusedException.Unneeded, $"Plan {planId[..12]} was taken back already, and nothing of it is there: nothing needs to change.", cause);

    /// <summary>Says why a call would change nothing; null if it would, or nobody can tell.</summary>
    public static string? Reason(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (!GuestNames.IsInPath(call)
            || targets.FirstOrDefault(target => target.Key == $"guest {call.Parameters.Find("vmid")}") is not { } guest
            || guest.Facts.GetValueOrDefault("lock") is not "")
        {
            return null;
        }

        // High availability has a wish of its own, which such a call changes.
        string? power = guest.Facts.GetValueOrDefault("high availability") == "no" ? guest.Facts.GetValueOrDefault("power") : null;
        ApiParameter[] others = [.. call.Others.Where(static parameter => parameter.Name != Digest)];
        return call.Path[(call.Path.IndexOf("{vmid}", StringComparison.Ordinal) + "{vmid}".Length)..] switch
        {
            "/status/start" when power == "running" && others.Length == 0 => $"{guest.Key} is running",
            "/status/stop" or "/status/shutdown" when power == "stopped" => $"{guest.Key} is stopped",
            "/config" when others.Length > 0 && others.All(parameter => Stands(guest.Before, parameter)) => $"{guest.Key} is set so",
            _ => null,
        };
    }

    // Proxmox: notes end with a line break when they are read.
    internal static bool Stands(JsonElement config, ApiParameter parameter) => !s_orders.Contains(parameter.Name)
        && (parameter.Name == "description"
            ? config.Text(parameter.Name)?.TrimEnd('\n') == parameter.Text.TrimEnd('\n')
            : config.Said(parameter.Name) == parameter.Text || Ejections.IsMade(parameter, config.Text(parameter.Name)));
}
