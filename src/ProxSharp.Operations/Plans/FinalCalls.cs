using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells which calls of a plan do not come back because one of them is final: that one itself, and whatever else was done to what it has destroyed, moved or
/// made another thing. What the others did comes back all the same.
/// </summary>
internal static class FinalCalls
{
    /// <summary>The places of those calls, without those that have no way back of themselves.</summary>
    /// <param name="draft">What the plan says.</param>
    /// <param name="made">The places of the calls that were made.</param>
    public static HashSet<int> Lost(PlanDraft draft, IReadOnlyCollection<int> made)
    {
        int[] finals = [.. draft.Final.Where(made.Contains)];
        return [.. finals, .. made.Where(place => finals.Any(final => IsBound(draft.Calls[place], draft.Calls[final])))];
    }

    // What was changed in one, before or after, goes by what is there no more.
    private static bool IsBound(PlannedCall call, PlannedCall final) => IsWithin(call, final) || (IsOfBackups(final)
        ? IsOfBackups(call) && call.Parameters.Find("store") == final.Parameters.Find("store") && HasKeys(call, final)
        : !IsSnapshot(final) && Guests(final).Intersect(GuestNames.NamedAnyhow(call), StringComparer.Ordinal).Any());

    private static bool IsWithin(PlannedCall call, PlannedCall final) =>
        $"{call.ConcretePath}/".StartsWith($"{final.ConcretePath}/", StringComparison.Ordinal) && (!IsOfBackups(final) || HasKeys(call, final));

    // A backup that is removed has nothing of the guest itself.
    private static IEnumerable<string> Guests(PlannedCall final) => GuestNames.NamedBy(final).Concat(VolumeOwners.NamedBy(final))
        .Where(static guest => !guest.MayBeGone).Select(static guest => guest.Vmid).Concat(NewGuests.MadeBy(final))
        .Concat(GuestNames.IsInPath(final) ? [final.Parameters.Find("vmid")!] : []);

    // What a guest loses with one is a state of it that is not the present one.
    private static bool IsSnapshot(PlannedCall final) => final is { Method: ApiMethod.Delete, Path: var path } && path.EndsWith("/snapshot/{snapname}", StringComparison.Ordinal);

    private static bool IsOfBackups(PlannedCall call) => call.Path.StartsWith("/admin/datastore/{store}/", StringComparison.Ordinal);

    // A group has all its snapshots in it, and a datastore all its groups.
    private static bool HasKeys(PlannedCall call, PlannedCall final) => UndoBuilder.Keys(final).All(key => call.Parameters.Find(key.Name) == key.Text);
}
