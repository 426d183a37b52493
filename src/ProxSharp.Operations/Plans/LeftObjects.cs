using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what calls have left, and tells whether it is still so. A way back that removes something takes all of it away, and one that is on a place in a list
/// takes whatever is there: there the whole must be as it was left, and not only the values that the call has set.
/// </summary>
internal sealed class LeftObjects(ProxmoxClient client, Door door)
{
    /// <summary>The member of an outcome with what the whole object, or list of rules, said after the call.</summary>
    public const string Member = "whole";

    /// <summary>The member of an outcome with the same of what earlier calls of the plan have made and the call has filled, by path.</summary>
    public const string FilledMember = "filled";

    /// <summary>Reads what a call has left. What cannot be read is not on record, and is not compared when the call is taken back.</summary>
    public async Task<LeftObject> ReadAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        PlannedCall? back = Telling(plan.Draft.Undo.Where(step => plan.Calls[step.Of] == call))?.Call;
        string? recipe = UndoBuilder.RecipeOf(client.Schema, call);
        PlannedCall? shown = back is null ? null : recipe == UndoBuilder.RestoreBefore ? call : recipe == UndoBuilder.DeleteCreated ? back : null;
        try
        {
            PlanTarget[] now = shown is null ? [] : [.. await new TargetReader(client, door).ReadAsync(shown, new NewGuests(), int.MaxValue, cancellationToken)
                .ConfigureAwait(false)];

            // What was created inside a guest is not described by the configuration of the guest.
            PlanTarget? made = shown == call || shown is null ? null : GoneWith(shown, now);
            JsonElement value = shown == call && shown is not null ? UndoBuilder.Before(call, now) : made?.Before ?? default;
            return new LeftObject(value, await WholeAsync(call, made, cancellationToken).ConfigureAwait(false))
            {
                Filled = await FilledAsync(plan, call, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (ProxmoxException)
        {
            return default;
        }
    }

    /// <summary>Makes sure that lists of rules are as the plan has left them.</summary>
    /// <exception cref="GuardRefusedException">
    /// One is not, so that the rule may have another place (<c>drift</c>); or the plan was taken back before and the list is as it was left then.
    /// </exception>
    public async Task CheckListsAsync(
        Plan done, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<UndoStep> steps, CancellationToken cancellationToken)
    {
        // The last call on a list has left it; its way back is the first one.
        foreach (UndoStep step in steps.DistinctBy(step => RuleLists.Of(client.Schema, done.Calls[step.Of]) ?? $"{step.Of}"))
        {
            if (RuleLists.Of(client.Schema, done.Calls[step.Of]) is not { } list)
            {
                continue;
            }

            string now = await RuleLists.StateAsync(client, list, cancellationToken).ConfigureAwait(false);
            if (AppliedCalls.Outcome(entries, done.Id, step.Of)?.Facts.Text(Member) == now)
            {
                continue;
            }

            throw WasLeftByUndo(done, entries, now)
                ? Unneeded.TakenBack(done.Id)
                : new GuardRefusedException("drift", $"Plan {done.Id[..12]} is not taken back: {UntrustedText.Clean(list, 200)} is not as the plan has left it, and "
                    + "its rules are known by their place alone: another rule may be there now. Look at the list, and plan what is needed.");
        }
    }

    /// <summary>Says of what was made that it is not as the plan has left it; null if it is, or nobody knows.</summary>
    /// <param name="outcomes">The outcomes of the calls of the plan, from the one that has made it on.</param>
    /// <param name="back">The way back from that call.</param>
    /// <param name="undo">The plan that goes there.</param>
    public static string? Change(IEnumerable<LedgerEntry> outcomes, PlannedCall back, PlanDraft undo)
    {
        if (back.Method != ApiMethod.Delete || RuleLists.IsOnRule(back) || GoneWith(back, undo.Targets) is not { Before.ValueKind: not JsonValueKind.Undefined } now)
        {
            return null;
        }

        // What later calls of the plan have put into it goes before it does.
        string? whole = outcomes.Index().Select(outcome => outcome.Index == 0
            ? outcome.Item.Facts.Text(Member)
            : outcome.Item.Facts.TryGetProperty(FilledMember, out JsonElement filled) ? filled.Text(back.ConcretePath) : null).LastOrDefault(static text => text is not null);
        return whole is null ? null
            : WholeOf(back, now) is var present && present == whole ? null
            : GuestOf(back) is not { } guest ? $"{back.ConcretePath} is not as it was left"
            : Added(whole, present) is { Length: > 0 } disks ? $"{guest} has disks that it did not have: {disks}"
            : $"{guest} is not set as it was left";
    }

    /// <summary>The step of the way back from one call that takes away what the call has made; what comes before a guest is removed only prepares that.</summary>
    public static UndoStep? Telling(IEnumerable<UndoStep> steps)
    {
        UndoStep[] all = [.. steps];
        return all.FirstOrDefault(static step => GuestOf(step.Call) is not null && step.Call.Method == ApiMethod.Delete) ?? all.FirstOrDefault();
    }

    private static string Added(string then, string now) => string.Join(", ", now.Split(' ').Skip(1).Except(then.Split(' ')));

    // A guest is called by its number, whatever the path is.
    private static PlanTarget? GoneWith(PlannedCall back, IEnumerable<PlanTarget> targets)
    {
        string key = GuestOf(back) ?? back.ConcretePath;
        return targets.FirstOrDefault(target => target.Key == key);
    }

    private static string? GuestOf(PlannedCall back) =>
        back.Path.EndsWith("/{vmid}", StringComparison.Ordinal) && GuestNames.IsInPath(back) ? $"guest {back.Parameters.Find("vmid")}" : null;

    private async Task<Dictionary<string, string>?> FilledAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string>? filled = null;
        foreach (UndoStep step in plan.Draft.Undo.Where(step => step.Call.Method == ApiMethod.Delete && IsEarlier(plan, step.Of, call)
            && $"{PoolMembers.PathOf(call) ?? call.ConcretePath}/".StartsWith($"{step.Call.ConcretePath}/", StringComparison.Ordinal) && !RuleLists.IsOnRule(step.Call)))
        {
            IReadOnlyList<PlanTarget> now = await new TargetReader(client, door).ReadAsync(step.Call, new NewGuests(), int.MaxValue, cancellationToken).ConfigureAwait(false);
            if (GoneWith(step.Call, now) is { Before.ValueKind: not JsonValueKind.Undefined } made)
            {
                (filled ??= new(StringComparer.Ordinal))[step.Call.ConcretePath] = WholeOf(step.Call, made);
            }
        }

        return filled;
    }

    private static bool IsEarlier(Plan plan, int place, PlannedCall call) => plan.Calls.Skip(place + 1).Contains(call);

    private static bool WasLeftByUndo(Plan done, IReadOnlyList<LedgerEntry> entries, string now)
    {
        HashSet<string> undoing = AppliedCalls.Undoing(entries, done.Id);
        return entries.Any(entry => undoing.Contains(entry.PlanId) && entry.Kind == "outcome" && entry.Facts.Text(Member) == now);
    }

    private async Task<string?> WholeAsync(PlannedCall call, PlanTarget? made, CancellationToken cancellationToken) =>
        RuleLists.Of(client.Schema, call) is { } list ? await RuleLists.StateAsync(client, list, cancellationToken).ConfigureAwait(false)
        : made is null || made.Before.ValueKind == JsonValueKind.Undefined ? null
        : WholeOf(call, made);

    // Proxmox: a pool shows what its members use at the moment; its state is that without. Of a guest its disks are told by name.
    private static string WholeOf(PlannedCall call, PlanTarget target) => call.Path.StartsWith("/pools", StringComparison.Ordinal) ? target.State
        : target.Key.StartsWith("guest ", StringComparison.Ordinal) ? string.Join(' ', [JsonTexts.HashWithoutDigests(target.Before), .. VolumeOwners.DisksOf(target.Before)])
        : JsonTexts.HashWithoutDigests(target.Before);
}
