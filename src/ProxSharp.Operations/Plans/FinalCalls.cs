using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells which calls of a plan do not come back because one of them is final: that one itself, and whatever else was done to what it has destroyed, moved or
/// made another thing. What the others did comes back all the same. So it is with what is gone, or another, because of a call that has no way back.
/// </summary>
internal static class FinalCalls
{
    private const string Datastore = "/admin/datastore/{store}/";
    private const string Content = "/nodes/{node}/storage/{storage}/content/{volume}";

    /// <summary>The places of those calls, without those that have no way back of themselves.</summary>
    /// <param name="draft">What the plan says.</param>
    /// <param name="made">The places of the calls that were made.</param>
    public static HashSet<int> Lost(PlanDraft draft, IReadOnlyCollection<int> made)
    {
        int[] finals = [.. draft.Final.Where(made.Contains)];
        return
        [
            .. finals,
            .. made.Where(place => finals.Any(final => IsBound(draft.Calls[place], draft.Calls[final])
                || draft.Undo.Any(step => step.Of == place && NamesDestroyed(step.Call, draft.Calls[final])))),
            .. draft.Undo.Where(step => made.Any(later => later > step.Of && draft.Undo.All(other => other.Of != later)
                && (Removes(draft.Calls[later], step.Call) || ChangesDisk(draft.Calls[later], draft.Calls[step.Of])))).Select(static step => step.Of),
        ];
    }

    // What was changed in something that is not there any more is not brought back either.
    private static bool Removes(PlannedCall later, PlannedCall back) => later.Method == ApiMethod.Delete
        && $"{back.ConcretePath}/".StartsWith($"{later.ConcretePath}/", StringComparison.Ordinal);

    // A disk that has grown, or is elsewhere, is not the one that was given.
    private static bool ChangesDisk(PlannedCall later, PlannedCall call) => GuestNames.IsConfig(call) && IsSameGuest(call, later) && !GuestNames.IsConfig(later)
        && (later.Parameters.Find("disk") ?? later.Parameters.Find("volume")) is { } disk && call.Parameters.Find(disk) is not null;

    // What a call took out of a job or a rule does not come back into it.
    private static bool NamesDestroyed(PlannedCall back, PlannedCall final) => VolumeEffects.IsDestruction(final)
        && GuestNames.NamedAnyhow(back).Contains(final.Parameters.Find("vmid"), StringComparer.Ordinal);

    // What was changed in one, before or after, goes by what is there no more.
    private static bool IsBound(PlannedCall call, PlannedCall final) => IsWithin(call, final) || final.Path switch
    {
        _ when final.Path.StartsWith(Datastore, StringComparison.Ordinal) || final.Path.StartsWith("/config/datastore/", StringComparison.Ordinal) => IsOfBackup(call, final),

        // Which backups a rule removes is not known before.
        "/nodes/{node}/vzdump" or "/nodes/{node}/storage/{storage}/prunebackups" => call.Path == Content,
        Content when call.Path == Content => NameOf(call) == NameOf(final),

        // What a guest loses with one is a state of it that is not the present one.
        _ when GuestSnapshots.NamedBy(final) is { } snapshot && final.Method == ApiMethod.Delete => IsSameGuest(call, final) && GuestSnapshots.MadeBy(call) == snapshot,
        _ => Guests(final).Intersect(GuestNames.NamedAnyhow(call), StringComparer.Ordinal).Any(),
    };

    private static bool IsWithin(PlannedCall call, PlannedCall final) => final.Method != ApiMethod.Post && !final.Path.StartsWith(Datastore, StringComparison.Ordinal)
        && $"{call.ConcretePath}/".StartsWith($"{final.ConcretePath}/", StringComparison.Ordinal);

    private static bool IsSameGuest(PlannedCall call, PlannedCall final) =>
        GuestNames.IsInPath(call) && call.Parameters.Find("vmid") == final.Parameters.Find("vmid");

    // A backup that is removed, or from which another guest is made, has nothing of its own one.
    private static IEnumerable<string> Guests(PlannedCall final) => GuestNames.NamedBy(final).Concat(VolumeOwners.NamedBy(final))
        .Where(static guest => !guest.MayBeGone).Select(static guest => guest.Vmid).Concat(NewGuests.MadeBy(final))
        .Concat(GuestNames.IsInPath(final) ? [final.Parameters.Find("vmid")!] : []);

    // A group has all its snapshots in it, a namespace all its groups and namespaces, and a datastore all of that.
    private static bool IsOfBackup(PlannedCall call, PlannedCall final) => call.Path.StartsWith(Datastore, StringComparison.Ordinal)
        && call.Parameters.Find("store") == (final.Parameters.Find("store") ?? final.Parameters.Find("name"))
        && UndoBuilder.Keys(final).All(key => key.Name == "ns"
            ? $"{call.Parameters.Find("ns")}/".StartsWith(key.Text.Length == 0 ? "" : $"{key.Text}/", StringComparison.Ordinal)
            : call.Parameters.Find(key.Name) == key.Text);

    // With the storage before it or without.
    private static string NameOf(PlannedCall call) => call.Parameters.Find("volume") is { } volume ? volume[(volume.IndexOf(':', StringComparison.Ordinal) + 1)..] : "";
}
