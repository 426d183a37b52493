using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary>Lets the server verify.</summary>
internal sealed class ServerVerification(RepositoryOptions repository)
{
    private const int MostNames = 3;

    private readonly Option<bool> _ignore = new("--ignore-verified")
    {
        Description = "Pass over snapshots that the server has verified before, whatever came out (true with --outdated-after) [default: verify all again]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int?> _outdated = new("--outdated-after")
    {
        Description = "Pass over only those that were verified in the last so many days",
        HelpName = "days",
    };

    /// <summary>The options that say what is passed over.</summary>
    public IReadOnlyList<Option> Options => [_ignore, _outdated];

    /// <summary>Tells whether something is to be passed over, or not to.</summary>
    public bool IsGiven(VerbRun run) => run.IsGiven(_ignore) || run.IsGiven(_outdated);

    /// <summary>Starts the task, and waits for it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="what">A snapshot or group; null for all of the namespace.</param>
    /// <param name="cancellationToken">Stops waiting; the task goes on.</param>
    public async Task<int> RunAsync(VerbRun run, string? what, CancellationToken cancellationToken)
    {
        VerifyOptions passing = Passing(run);
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(place.Session.Context);
        BackupGroupPath typed = default;
        BackupSnapshotPath? snapshot = what is null || BackupGroupPath.TryParse(what, out typed)
            ? null
            : await place.FindAsync(what, cancellationToken).ConfigureAwait(false);
        BackupGroupPath? group = what is null ? null : snapshot?.Group ?? typed;
        if (group is { } named)
        {
            await RequireAsync(place, named, snapshot, cancellationToken).ConfigureAwait(false);
        }

        if (run.IsDryRun)
        {
            PlannedCall call = Call(place, group, snapshot?.Time, passing);
            return await DryRun.ShowAsync(run, VerbContext.Pbs, [call], cancellationToken).ConfigureAwait(false);
        }

        Task<PbsTask> started = snapshot is { } one ? place.Folder.Snapshots[one].VerifyAsync(passing, cancellationToken)
            : group is { } some ? place.Folder.Groups[some].VerifyAsync(passing, cancellationToken)
            : place.Folder.VerifyAsync(passing, cancellationToken);
        string upid = (await started.ConfigureAwait(false)).Upid.ToString();
        BackupSnapshotFilter? passedOver = passing.IgnoreVerified == true ? Failed(group, snapshot?.Time) : null;
        return await WaitAsync(run, upid, place, passedOver, cancellationToken).ConfigureAwait(false);
    }

    // Proxmox: unless told otherwise the server passes over what it has verified, also if that failed. Who types verify wants to know.
    private VerifyOptions Passing(VerbRun run)
    {
        int? days = run.Value(_outdated);
        if (days < 0)
        {
            throw CliException.Usage("--outdated-after takes a number of days, 0 or more");
        }

        return days is not null && run.IsGiven(_ignore) && !run.Value(_ignore)
            ? throw CliException.Usage("--outdated-after and --ignore-verified false contradict each other", "Leave one of them out")
            : new VerifyOptions { IgnoreVerified = days is not null || run.Value(_ignore), OutdatedAfterDays = days };
    }

    // Proxmox: the task of a group that is not there ends well, and that of a snapshot fails without a reason.
    private static async Task RequireAsync(BackupPlace place, BackupGroupPath group, BackupSnapshotPath? snapshot, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<BackupSnapshotInfo> there = await place.Folder.Groups[group].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
            if (snapshot is { } one && there.All(other => other.Path != one))
            {
                throw SnapshotPlace.NotFound($"There is no snapshot {one} in {place.Describe()}", $"prox backup list {group}");
            }

            if (there.Count == 0)
            {
                throw ListVerb.Nothing(place, group.ToString());
            }
        }
        catch (ProxmoxPermissionException)
        {
            // Who may verify need not be allowed to list; the server decides then.
        }
    }

    private static BackupSnapshotFilter Failed(BackupGroupPath? group, DateTimeOffset? time) => new()
    {
        Type = group?.Type,
        Id = group?.Id,
        Since = time,
        Until = time,
        Verification = VerificationState.Failed,
        MaxDepth = group is null ? null : 0,
    };

    private static PlannedCall Call(BackupPlace place, BackupGroupPath? group, DateTimeOffset? time, VerifyOptions passing)
    {
        ApiParameters parameters = new()
        {
            { "ns", place.Namespace.IsRoot ? null : place.Namespace.ToString() },
            { "backup-type", group?.Type.ToString() },
            { "backup-id", group?.Id },
            { "backup-time", time?.ToUnixTimeSeconds() },
            { "ignore-verified", passing.IgnoreVerified },
            { "outdated-after", passing.OutdatedAfterDays },
        };
        return new PlannedCall(ApiMethod.Post, $"/admin/datastore/{place.Store.Name}/verify", parameters)
        {
            Template = "/admin/datastore/{store}/verify",
            Target = place.Describe(),
        };
    }

    private static async Task<int> WaitAsync(
        VerbRun run, string upid, BackupPlace place, BackupSnapshotFilter? passedOver, CancellationToken cancellationToken)
    {
        if (!run.Waits)
        {
            WriteTask(run, upid, null, []);
            return ExitCodes.Success;
        }

        try
        {
            string end = await TaskAdvice.WaitAsync(run.Command, place.Session, upid, run.WaitTimeout, cancellationToken).ConfigureAwait(false);
            string[] bad = passedOver is null ? [] : await FindAsync(run, place, passedOver, cancellationToken).ConfigureAwait(false);
            WriteTask(run, upid, end, bad);
            if (bad.Length > 0)
            {
                throw SnapshotDamage.Make(
                    $"{bad.Length} of what was passed over failed its last verification: {FirstOf(bad)}", "Verify again without --ignore-verified");
            }

            return WarningEnds.Settle(run.FailsOnWarnings, end == "OK" ? [] : [upid]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [upid]);
            throw;
        }
    }

    // The task is all right if nothing that it checked was bad: what failed before and was passed over does not count for it.
    private static async Task<string[]> FindAsync(VerbRun run, BackupPlace place, BackupSnapshotFilter passedOver, CancellationToken cancellationToken)
    {
        List<string> found = [];
        try
        {
            await foreach (BackupSnapshotInfo snapshot in place.Folder.ReadSnapshotsAsync(passedOver, cancellationToken).ConfigureAwait(false))
            {
                found.Add(snapshot.Namespace.IsRoot ? snapshot.Path.ToString() : $"{snapshot.Namespace}:{snapshot.Path}");
            }
        }
        catch (ProxmoxPermissionException)
        {
            run.Command.Warn("Whether a snapshot that was passed over failed its last verification cannot be told: listing them is not allowed.");
        }

        return [.. found];
    }

    private static string FirstOf(string[] names) =>
        names.Length > MostNames ? $"{string.Join(", ", names[..MostNames])} and {names.Length - MostNames} more" : string.Join(", ", names);

    private static void WriteTask(VerbRun run, string upid, string? end, IReadOnlyList<string> failedBefore) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("upid", upid);
            if (end is not null)
            {
                json.WriteString("exitstatus", end);
            }

            if (failedBefore.Count > 0)
            {
                json.WriteList("failed-before", failedBefore);
            }

            json.WriteEndObject();
        }),
        BackupJson.Shape("upid", "upid", "exitstatus"));
}
