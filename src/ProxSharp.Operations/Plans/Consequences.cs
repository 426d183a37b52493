using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Says what a call means.</summary>
internal static class Consequences
{
    private const int NameLength = 80;
    private const int LineLength = 300;
    private const int LostLength = 800;

    /// <summary>How a sentence begins that says why calls cannot be taken back that others of their kind can.</summary>
    public const string NoWayBack = "There is no way back from ";

    /// <summary>How a sentence begins that says what an undo leaves out.</summary>
    public const string LeftOut = "Left out of the way back, for there is nothing to take back: ";

    /// <summary>What stands behind a call after which two guests have one disk.</summary>
    public const string TwoGuests =
        " The disk is that of another guest, which keeps it: this one reads it, and if both write to it, what is on it is ruined, and nothing brings it back.";

    /// <summary>What stands behind a call that writes an object as a whole.</summary>
    public const string Whole = " It is written as a whole: what the call does not say of it, such as a comment, is dropped.";

    private static readonly string[] s_ofTheMoment =
    [
        .. LeftBackups.Starts, LocalDisks.Start, NoWayBack, LeftOut, RenamedGuests.Start,
    ];

    private static readonly string[] s_writtenByOthers = [RuleLists.Fact, GuestSnapshots.Notes, FollowedSettings.Filter];

    /// <summary>What a call means.</summary>
    /// <param name="client">Reads.</param>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    /// <param name="all">All calls of the plan.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(
        ProxmoxClient client, PlannedCall call, IReadOnlyList<PlanTarget> targets, IReadOnlyList<PlannedCall> all, CancellationToken cancellationToken)
    {
        List<string> lines = [Says(client.Schema.Product, call), .. await LocalDisks.SayAsync(client, call, cancellationToken).ConfigureAwait(false)];
        lines.AddRange(Left(call));
        LeftBackups backups = new(client, all);
        foreach (PlanTarget target in targets)
        {
            lines.Add(ActsOn(target));
            if (await backups.SayAsync(call, target, cancellationToken).ConfigureAwait(false) is { } left)
            {
                lines.Add(left);
            }
        }

        return lines;
    }

    /// <summary>True if the sentences are of those that calls and targets lead to.</summary>
    public static bool Fit(ProxmoxProduct product, PlanDraft draft)
    {
        HashSet<string> own = [.. draft.Calls.Select(call => Says(product, call)), .. draft.Calls.SelectMany(Left),
            .. draft.Targets.Select(ActsOn), .. draft.Overwrites.Select(Overwrites),
            .. draft.Purges.Select(static purge => purge.Describe())];
        return draft.Consequences.All(line => own.Contains(line) || IsOfTheMoment(line));
    }

    /// <summary>How a sentence begins that says what is overwritten.</summary>
    public const string OverwritesStart = "Overwrites what others have set since: ";

    /// <summary>Says that something is overwritten which others have set since.</summary>
    public static string Overwrites(string change) => $"{OverwritesStart}{change}.";

    /// <summary>Says that something needs no taking back, because it is not there any more.</summary>
    public static string LeavesOut(string what) => $"{LeftOut}{what}.";

    /// <summary>Says that a call stays as it is when the rest of its plan is taken back.</summary>
    public static string Stays(PlannedCall call) => $"{NoWayBack}{UntrustedText.Clean(call.ToString(), 200)}: that stays as it is.";

    /// <summary>Names a target and what is true of it.</summary>
    public static string ActsOn(PlanTarget target)
    {
        string name = target.Identity.GetValueOrDefault("name") is { } given && target.Key.StartsWith("guest ", StringComparison.Ordinal)
            ? $" ({UntrustedText.Clean(given, NameLength)})"
            : "";
        string gone = target.Identity.GetValueOrDefault("exists") == "no" && name.Length == 0 && target.Key.StartsWith("guest ", StringComparison.Ordinal)
            ? " (not there)"
            : "";
        IEnumerable<string> facts = target.Facts.Where(static fact => fact.Value.Length > 0).Select(static fact => Tells(fact.Key, fact.Value));
        return $"Acts on {UntrustedText.Clean(target.Key)}{name}{gone}{(target.Facts.Count > 0 ? $": {string.Join(", ", facts)}" : "")}.";
    }

    private static string Tells(string name, string value) => $"{UntrustedText.Clean(name, NameLength)} "
        + (DroppedChanges.IsFact(name) ? UntrustedText.Quote(value, LostLength) : s_writtenByOthers.Contains(name) ? UntrustedText.Quote(value, NameLength)
            : UntrustedText.Clean(value, name is NamedDisks.Device or NamedDisks.Content or PrunePreview.Removed ? LineLength : NameLength));

    /// <summary>Says what stays behind where a call takes a disk from a guest; empty where it takes none.</summary>
    public static string Leaves(PlannedCall call) => call.Path.EndsWith("/config", StringComparison.Ordinal) && !UndoBuilder.IsSet(call, "force")
        && call.Others.Any(parameter => parameter.Name == "delete" && ItemLists.Split(parameter.Text).Except(call.Ejected).Any(DiskKeys.IsUsed))
            ? $"A disk that is taken from guest {call.Parameters.Find("vmid")} stays with it as an unused one (unused0 or higher) until that is deleted; an image in a "
                + "drive, cloud-init and a folder of the host are no disks."
            : "";

    private static IEnumerable<string> Left(PlannedCall call) => new[] { Leaves(call), Ejects(call) }.Where(static line => line.Length > 0);

    private static string Ejects(PlannedCall call) => call.Ejected.Count == 0
        ? ""
        : $"No data is lost with {string.Join(", ", call.Ejected)} of guest {call.Parameters.Find("vmid")}: an image stays on its storage, and that of cloud-init is made "
            + "again. A place in the boot order is given up, and an undo does not bring it back.";

    /// <summary>True for what may change without anybody touching the targets: when they were last backed up.</summary>
    public static bool IsOfTheMoment(string line) => s_ofTheMoment.Any(start => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Says what a call makes allowed; empty for nothing.</summary>
    private static string Grants(PlannedCall call) => call.Grants == OperationClass.Read
        ? ""
        : $" By the policy, {OperationCatalogue.Word(call.Grants)} calls on the guest are allowed afterwards, and are not now: a person has to agree.";

    /// <summary>What stands behind the class of a call: that two guests have one disk after it, what it drops, and what it makes allowed.</summary>
    public static string Remarks(ProxmoxProduct product, PlannedCall call) =>
        $"{(ForeignVolumes.IsOne(call) ? TwoGuests : "")}{StateRaises.Why(call)}{(UndoBuilder.WritesWhole(product, call) ? Whole : "")}{Grants(call)}";

    // The digest comes on top when a call is planned, and says nothing to people.
    private static string Says(ProxmoxProduct product, PlannedCall call)
    {
        ApiParameters parameters = [];
        foreach (ApiParameter parameter in call.Parameters.Where(static parameter => parameter.Name != "digest"))
        {
            parameters.Add(parameter);
        }

        return $"{UntrustedText.Clean(call.With(parameters).ToString(), LineLength)}: {call.Set.Words}.{Remarks(product, call)}";
    }
}
