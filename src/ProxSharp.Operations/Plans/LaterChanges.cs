using System.Text.Json;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Follows who a guest is through the ledger, from a plan that is taken back to now: what later plans have changed of it on purpose, and left so, makes it no
/// other guest. What anybody else has changed between two of them does.
/// </summary>
internal sealed class LaterChanges(Plan done, IReadOnlyList<LedgerEntry> ledger, PlanStore plans)
{
    /// <summary>The members of the identity of a target that differ, and that no plan has changed.</summary>
    /// <param name="then">The target as the plan that is taken back has found it.</param>
    /// <param name="now">The target as it is.</param>
    public HashSet<string> Unexplained(PlanTarget then, PlanTarget now)
    {
        PlannedCall[] own = [.. OwnCalls(done, now.Key).Select(place => done.Calls[place])];
        HashSet<string> changes = Differences(then, now, own);
        if (changes.Count == 0)
        {
            return changes;
        }

        changes = [];
        PlanTarget last = then;
        foreach (Plan plan in Later())
        {
            int[] calls = OwnCalls(plan, now.Key);
            if (calls.Length > 0 && plan.Targets.FirstOrDefault(target => target.Key == now.Key) is { } before)
            {
                changes.UnionWith(Differences(last, before, own));
                (last, own) = (AsLeft(plan, calls, before), []);
            }
        }

        changes.UnionWith(Differences(last, now, own));
        return changes;
    }

    // Those that are not kept, or not as they were made, explain nothing.
    private IEnumerable<Plan> Later() => ledger
        .SkipWhile(entry => entry.PlanId != done.Id)
        .Where(entry => entry.Kind == "intent" && entry.PlanId != done.Id)
        .Select(static entry => entry.PlanId)
        .Distinct(StringComparer.Ordinal)
        .Select(plans.TryLoad)
        .OfType<Plan>()
        .Where(plan => plan.Server == done.Server);

    /// <summary>The places of the calls of a plan that have changed who a target is.</summary>
    private int[] OwnCalls(Plan plan, string key)
    {
        CallState[] states = AppliedCalls.Of(plan, ledger);
        return
        [
            .. Enumerable.Range(0, states.Length)
                .Where(i => states[i] == CallState.Succeeded && IdentityChanges.Guests(plan.Calls[i]).Any(vmid => key == $"guest {vmid}")),
        ];
    }

    // By the values that the ledger has of what a call left. Of a change that it does not hold, a rollback for one, nobody can tell whether it was that.
    private PlanTarget AsLeft(Plan plan, int[] calls, PlanTarget before)
    {
        Dictionary<string, string> identity = new(before.Identity, StringComparer.Ordinal);
        string? type = identity.GetValueOrDefault("type");
        foreach (JsonProperty value in calls.Select(call => AppliedCalls.Outcome(ledger, plan.Id, call)).OfType<LedgerEntry>().SelectMany(LeftValues.Known))
        {
            if (IdentityChanges.MemberOf(type, value.Name) is not { } member)
            {
                continue;
            }

            string? text = value.Value.GetString();
            if (text is null && type == "lxc")
            {
                identity.Remove(member);
            }
            else
            {
                identity[member] = GuestReader.MemberValue(value.Name, text ?? "");
            }
        }

        return new PlanTarget(before.Key, identity, before.State, before.Facts);
    }

    private static HashSet<string> Differences(PlanTarget then, PlanTarget now, PlannedCall[] calls) =>
    [
        .. then.Identity.Keys.Union(now.Identity.Keys).Where(member => Differs(then, now, member) && !calls.Any(call => IdentityChanges.MayChange(call, member))),
    ];

    // The snapshots of a group are what a deletion changes; its name is what matters. A guest that somebody has renamed is the same.
    private static bool Differs(PlanTarget then, PlanTarget now, string key) =>
        key is not ("times" or "manifests" or "name") && then.IsOther(now, key);
}
