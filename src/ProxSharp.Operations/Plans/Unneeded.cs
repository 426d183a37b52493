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
    public static void Check(ProxmoxProduct product, PlanDraft draft)
    {
        string?[] reasons = [.. draft.Calls.Select((call, i) => Reason(product, call, draft.Targets, draft.Before[i]))];
        if (reasons.All(static reason => reason is not null))
        {
            throw new GuardRefusedException(
                GuardRefusedException.Unneeded, $"Nothing needs to change: {string.Join("; ", reasons.Distinct(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>What to say where a plan was taken back before and nothing has come back since.</summary>
    public static GuardRefusedException TakenBack(string planId, Exception? cause = null) => new(
        GuardRefusedException.Unneeded, $"Plan {planId[..12]} was taken back already, and nothing of it is there: nothing needs to change.", cause);

    /// <summary>What to say where others have removed all that a plan has made.</summary>
    public static GuardRefusedException Gone(string planId, IEnumerable<string> gone) => new(
        GuardRefusedException.Unneeded, $"Nothing needs to change: what plan {planId[..12]} has made is gone already: {string.Join(", ", gone)}.");

    /// <summary>Says why a call would change nothing; null if it would, or nobody can tell.</summary>
    /// <param name="product">The product.</param>
    /// <param name="call">The call.</param>
    /// <param name="targets">What the plan acts on.</param>
    /// <param name="before">The object that the call changes, as it is.</param>
    public static string? Reason(ProxmoxProduct product, PlannedCall call, IReadOnlyList<PlanTarget> targets, JsonElement before)
    {
        if (!GuestNames.IsInPath(call))
        {
            return IsSet(product, call, before) ? $"{call.ConcretePath} is set so" : null;
        }

        if (targets.FirstOrDefault(target => target.Key == $"guest {call.Parameters.Find("vmid")}") is not { } guest
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

    // What an object shows, and gets back when the call is taken back, is all that such a call sets.
    private static bool IsSet(ProxmoxProduct product, PlannedCall call, JsonElement before)
    {
        if (call.Method != ApiMethod.Put || before.ValueKind != JsonValueKind.Object || UndoBuilder.WritesWhole(product, call)
            || OperationCatalogue.For(product).Find(call.Method, call.Path).Undo != UndoBuilder.RestoreBefore)
        {
            return false;
        }

        string[] keys = [.. UndoBuilder.Keys(call).Select(static key => key.Name), Digest];
        ApiParameter[] set = [.. call.Others.Where(parameter => !keys.Contains(parameter.Name))];
        return set.Length > 0 && set.All(parameter => Stands(before, parameter));
    }

    // Proxmox: notes end with a line break when they are read.
    internal static bool Stands(JsonElement config, ApiParameter parameter) => !s_orders.Contains(parameter.Name)
        && (parameter.Name == "description"
            ? config.Text(parameter.Name)?.TrimEnd('\n') == parameter.Text.TrimEnd('\n')
            : config.Said(parameter.Name) == parameter.Text || Ejections.IsMade(parameter, config.Text(parameter.Name)));
}
