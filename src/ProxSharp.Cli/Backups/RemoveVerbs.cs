using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup prune</c> and <c>forget</c>.</summary>
internal static class RemoveVerbs
{
    private static readonly string[] s_periods = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];
    private static readonly ResultShape s_decisions = BackupJson.Shape("snapshot", "snapshot", "action", "protected");
    private static readonly ResultShape s_removed = BackupJson.Shape("removed", "removed");

    /// <summary>Makes <c>prune</c>.</summary>
    public static Verb Prune(RepositoryOptions repository)
    {
        Argument<string> group = new("group") { Description = "The group, for example host/web" };
        Option<int?>[] keep = [.. s_periods.Select(static word => new Option<int?>($"--keep-{word}")
        {
            Description = word == "last" ? "Keep this many of the newest" : $"Keep the newest of each of this many {Period(word)}",
            HelpName = "n",
        })];
        Option<bool> quiet = new("--quiet") { Description = "Show only what is removed" };
        return new Verb("prune", "Remove the snapshots of a group that a policy does not keep.", VerbClass.Destructive, (run, token) => PruneAsync(
            run, repository, run.Value(group)!, Policy(run, keep), run.Value(quiet), token))
        {
            Calls = ["POST /admin/datastore/{store}/prune"],
            Details = "--dry-run asks the server what it would keep and remove. Protected snapshots stay. Space is free after garbage collection. At a terminal the name "
                + "of the group has to be typed; in scripts the rules are the answer.",
            Arguments = [group],
            Options = [.. repository.All, .. keep, quiet],
            Traits = VerbTraits.DryRun | VerbTraits.Confirms,
            Examples =
            [
                new("backup prune host/web --keep-daily 7 --keep-weekly 4 --dry-run --datastore store1", "see what would go"),
                new("backup prune host/web --keep-daily 7 --keep-weekly 4 --datastore store1", "remove it"),
            ],
        };
    }

    /// <summary>Makes <c>forget</c>.</summary>
    /// <param name="repository">Where.</param>
    /// <param name="takesGroups">False for the verb of snapshots: there a group is a slip, and elsewhere it stands for its newest snapshot.</param>
    public static Verb Forget(RepositoryOptions repository, bool takesGroups = true)
    {
        Argument<string> what = new("snapshot") { Description = takesGroups ? "A snapshot, or a group to remove all of its snapshots" : "A snapshot, with its time" };
        string summary = takesGroups ? "Remove a snapshot, or a group with all of its snapshots." : "Remove a snapshot.";
        return new Verb("forget", summary, VerbClass.Destructive, (run, token) => ForgetAsync(
            run, repository, takesGroups ? run.Value(what)! : Single(run.Value(what)!), token))
        {
            Calls = takesGroups ? ["DELETE /admin/datastore/{store}/snapshots", "DELETE /admin/datastore/{store}/groups"] : ["DELETE /admin/datastore/{store}/snapshots"],
            Details = "Protected snapshots are not removed. Space is free after garbage collection.",
            Arguments = [what],
            Options = repository.All,
            Traits = VerbTraits.DryRun | VerbTraits.Confirms,
            Examples = takesGroups
                ?
                [
                    new("backup forget host/web/2026-01-31T02:00:00Z --datastore store1", "one snapshot; the name has to be typed again"),
                    new("backup forget host/old --yes --datastore store1", "a whole group, from a script"),
                ]
                :
                [
                    new("backup snapshot forget host/web/2026-01-31T02:00:00Z --datastore store1", "the name has to be typed again"),
                    new("backup snapshot forget host/web/2026-01-31T02:00:00Z --yes --datastore store1", "from a script"),
                ],
        };
    }

    private static string Single(string text) => !BackupGroupPath.TryParse(text, out _) ? text : throw CliException.Usage(
        $"'{text}' is a group, and this removes one snapshot", $"Name its time as prox backup list {text} shows it; the group with all of its snapshots goes with: prox backup forget {text}");

    private static string Period(string word) => word switch
    {
        "hourly" => "hours",
        "daily" => "days",
        "weekly" => "weeks",
        "monthly" => "months",
        _ => "years",
    };

    private static RetentionPolicy Policy(VerbRun run, Option<int?>[] keep)
    {
        int?[] numbers = [.. keep.Select(option => run.Number(option))];
        return numbers.Any(static number => number is not null)
            ? new RetentionPolicy
            {
                KeepLast = numbers[0],
                KeepHourly = numbers[1],
                KeepDaily = numbers[2],
                KeepWeekly = numbers[3],
                KeepMonthly = numbers[4],
                KeepYearly = numbers[5],
            }
            : throw CliException.Usage(
                "A policy that keeps nothing is refused", "Give at least one of --keep-last, --keep-daily, ...; to remove all: prox backup forget");
    }

    private static async Task<int> PruneAsync(
        VerbRun run, RepositoryOptions repository, string text, RetentionPolicy policy, bool isQuiet, CancellationToken cancellationToken)
    {
        BackupGroupPath path = SnapshotPlace.ParseGroup(text);
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        BackupGroup group = place.Folder.Groups[path];
        PlannedCall call = Call(place, path, policy);
        if (run.Command.Services.Planning is { } planning)
        {
            planning.Add(run.Command, place.Session.Context, [call]);
            return ExitCodes.Success;
        }

        if (run.IsDryRun)
        {
            await WriteAsync(group.PreviewPruneAsync(policy, cancellationToken)).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        ChangeRules.CheckContext(place.Session.Context);
        place.Session.CheckGuard(call.Method, call.Path, call.Parameters);
        if (new Questions(run.Command, cancellationToken).CanAsk)
        {
            // Where nobody can be asked the rules on the line are the answer: a timer's line for the official client works as it is.
            await ChangeRules.ConfirmAsync(run, $"prune {path} in {place.Describe()}", path.ToString(), Asking.NoWayBack, cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(group.PruneAsync(policy, cancellationToken)).ConfigureAwait(false);
        return ExitCodes.Success;

        async Task WriteAsync(Task<IReadOnlyList<PruneDecision>> work) =>
            Write(run, Require(place, path, await OwnGroups.ExplainedAsync(place, path, work, cancellationToken).ConfigureAwait(false)), isQuiet);
    }

    // Proxmox: a group that does not exist is pruned without an error, and nothing is decided.
    private static IReadOnlyList<PruneDecision> Require(BackupPlace place, BackupGroupPath group, IReadOnlyList<PruneDecision> decisions) =>
        decisions.Count > 0 ? decisions : throw SnapshotPlace.NotFound($"There is no backup of {group} in {place.Describe()}", "prox backup list");

    private static async Task<int> ForgetAsync(VerbRun run, RepositoryOptions repository, string text, CancellationToken cancellationToken)
    {
        bool isGroup = BackupGroupPath.TryParse(text, out BackupGroupPath group);
        BackupSnapshotPath snapshot = default;
        if (!isGroup && !BackupSnapshotPath.TryParse(text, out snapshot))
        {
            throw CliException.Usage($"'{text}' is no snapshot and no group", "Write host/NAME/2026-01-31T02:00:00Z, or host/NAME for all of its snapshots");
        }

        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        List<BackupSnapshotInfo> found = await FindAsync(place, isGroup ? null : snapshot, group, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw SnapshotPlace.NotFound($"There is no {text} in {place.Describe()}", "prox backup list");
        }

        PlannedCall call = Call(place, isGroup, isGroup ? group : snapshot.Group, isGroup ? null : snapshot.Time);
        if (run.Command.Services.Planning is { } planning)
        {
            planning.Add(run.Command, place.Session.Context, [call]);
            return ExitCodes.Success;
        }

        string[] removed = [.. (run.IsDryRun ? Foresee(run, found) : found).Select(static info => info.Path.ToString())];
        if (!run.IsDryRun)
        {
            ChangeRules.CheckContext(place.Session.Context);
            place.Session.CheckGuard(call.Method, call.Path, call.Parameters);
            await ChangeRules.ConfirmAsync(run, $"remove {text} from {place.Describe()}", text, Asking.NoWayBack, cancellationToken).ConfigureAwait(false);
            await (isGroup
                ? RemoveGroupAsync(place, group, removed, cancellationToken)
                : OwnGroups.ExplainedAsync(
                    place, snapshot.Group, place.Folder.Snapshots[snapshot].DeleteAsync(cancellationToken), cancellationToken)).ConfigureAwait(false);
        }

        run.Write(BackupJson.List(removed, static (json, path) => json.WriteString("removed", path)), s_removed);
        run.Note(run.IsDryRun ? "Nothing was removed: this was a dry run." : "Done.");
        return ExitCodes.Success;
    }

    // What is protected stays, and the server tells that only when it is to go.
    private static IEnumerable<BackupSnapshotInfo> Foresee(VerbRun run, IReadOnlyList<BackupSnapshotInfo> found)
    {
        foreach (BackupSnapshotInfo kept in found.Where(static info => info.IsProtected))
        {
            run.Command.Warn($"{kept.Path} is protected: it stays, and the removal ends with exit code {ExitCodes.Conflict}");
        }

        return found.Where(static info => !info.IsProtected);
    }

    // A group with a protected snapshot in it goes in part, and that is an error: what is gone has to be said all the same.
    private static async Task RemoveGroupAsync(
        BackupPlace place, BackupGroupPath group, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        try
        {
            Task work = place.Folder.Groups[group].DeleteAsync(null, cancellationToken);
            await OwnGroups.ExplainedAsync(place, group, work, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException partly)
        {
            List<BackupSnapshotInfo> left = await FindAsync(place, null, group, cancellationToken).ConfigureAwait(false);
            string[] kept = [.. left.Select(static info => info.Path.ToString())];
            string[] gone = [.. before.Except(kept)];
            CliError error = ErrorMapper.Map(partly);
            if (gone.Length > 0)
            {
                error = error with { Message = $"{error.Message.TrimEnd('.')}. Removed were {string.Join(", ", gone)}; left are {string.Join(", ", kept)}" };
            }

            // What was protected while it was asked is the reason; without any the server's own words have to do.
            throw new CliException(
                error with
                {
                    Removed = gone,
                    Left = kept,
                    Hint = left.Find(static info => info.IsProtected) is { } one
                        ? $"To remove what is protected, too: {place.Command($"unprotect {one.Path}")}, then the same again"
                        : error.Hint,
                },
                partly);
        }
    }

    private static PlannedCall Call(BackupPlace place, BackupGroupPath group, RetentionPolicy policy)
    {
        ApiParameters parameters = BackupChange.Keys(place, group, null);
        parameters.Add("keep-last", policy.KeepLast);
        parameters.Add("keep-hourly", policy.KeepHourly);
        parameters.Add("keep-daily", policy.KeepDaily);
        parameters.Add("keep-weekly", policy.KeepWeekly);
        parameters.Add("keep-monthly", policy.KeepMonthly);
        parameters.Add("keep-yearly", policy.KeepYearly);
        return new PlannedCall(ApiMethod.Post, $"/admin/datastore/{place.Store.Name}/prune", parameters) { Template = "/admin/datastore/{store}/prune" };
    }

    private static PlannedCall Call(BackupPlace place, bool isGroup, BackupGroupPath group, DateTimeOffset? time)
    {
        string what = isGroup ? "groups" : "snapshots";
        return new PlannedCall(ApiMethod.Delete, $"/admin/datastore/{place.Store.Name}/{what}", BackupChange.Keys(place, group, time))
        {
            Template = $"/admin/datastore/{{store}}/{what}",
        };
    }

    private static async Task<List<BackupSnapshotInfo>> FindAsync(
        BackupPlace place, BackupSnapshotPath? snapshot, BackupGroupPath group, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupSnapshotInfo> all = await place.Folder.Groups[snapshot?.Group ?? group].Snapshots
            .ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Where(info => snapshot is null || info.Path == snapshot)];
    }

    private static void Write(VerbRun run, IReadOnlyList<PruneDecision> decisions, bool isQuiet) =>
        run.Write(BackupJson.List(decisions.Where(decision => !(isQuiet && decision.Keep)), Write), s_decisions);

    private static void Write(Utf8JsonWriter json, PruneDecision decision)
    {
        json.WriteString("snapshot", decision.Snapshot.ToString());
        json.WriteNumber("backup-time", decision.Snapshot.Time.ToUnixTimeSeconds());
        json.WriteString("action", decision.Keep ? "keep" : "remove");
        json.WriteBoolean("protected", decision.IsProtected);
    }
}
