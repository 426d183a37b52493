using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Shows what a change to guests would be, and says what is certain to come to nothing.</summary>
internal sealed class GuestDryRun(VerbRun run, GuestChange change)
{
    private const int MostTold = 20;

    /// <summary>Shows it.</summary>
    /// <param name="guests">The guests that were chosen.</param>
    /// <param name="plan">The calls for those of them that are not skipped.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CliException">None of the calls can be carried out.</exception>
    public async Task<int> ShowAsync(IReadOnlyList<GuestSummary> guests, IReadOnlyList<PlannedCall> plan, CancellationToken cancellationToken)
    {
        List<SkippedGuest> skipped = [];
        foreach (GuestSummary guest in guests)
        {
            if (change.Skip?.Invoke(guest) is { } reason)
            {
                skipped.Add(new SkippedGuest(guest, reason));
            }
        }

        TellSkipped(skipped);
        HashSet<VmId> left = [.. skipped.Select(static item => item.Guest.Id)];
        GuestSummary[] chosen = [.. guests.Where(guest => !left.Contains(guest.Id))];
        GuestSummary[] meant = [.. chosen.Where(guest => change.Obstacle?.Invoke(guest) is null)];
        CheckObstacles([.. chosen.Except(meant)], isAll: plan.Count == 0);
        if (run.IsShown && plan.Count > 0)
        {
            await CheckNodeAsync(cancellationToken).ConfigureAwait(false);
            await CheckSnapshotAsync(meant, cancellationToken).ConfigureAwait(false);
            CheckRefusals(meant);
        }

        int code = await DryRun.ShowAsync(run, change.Schema, plan, cancellationToken, skipped).ConfigureAwait(false);
        if (change.Remark is { } remark)
        {
            run.Note(remark);
        }

        return code;
    }

    // Of thousands of guests nobody reads a line for each; the plan in JSON names all of them.
    private void TellSkipped(List<SkippedGuest> skipped)
    {
        foreach (IGrouping<string, SkippedGuest> same in skipped.GroupBy(static item => item.Reason))
        {
            IEnumerable<string> told = same.Count() <= MostTold
                ? same.Select(static item => GuestKinds.Title(item.Guest))
                : [$"{same.Count()} guests ({GuestKinds.Title(same.First().Guest)} and others, named by -o json)"];
            foreach (string title in told)
            {
                run.Note($"{title}: {same.Key}, so nothing would be done.");
            }
        }
    }

    private async Task CheckNodeAsync(CancellationToken cancellationToken)
    {
        if (change.OtherNode is not { } node)
        {
            return;
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> nodes = await session.NamesAsync("/nodes", "node").ConfigureAwait(false);
        if (nodes.Count > 0 && !nodes.Contains(node, StringComparer.Ordinal))
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no node '{node}'",
                Hint = $"There are the nodes: {string.Join(", ", nodes)}",
            });
        }
    }

    // A snapshot that none of the guests has is a slip; of several guests the others go on.
    private async Task CheckSnapshotAsync(IReadOnlyList<GuestSummary> meant, CancellationToken cancellationToken)
    {
        if (change.Part?.Name is not { } name || !change.Endpoint.Path.Contains("/snapshot/{snapname}", StringComparison.Ordinal))
        {
            return;
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        List<(GuestSummary Guest, string[] Others)> missing = [];
        foreach (GuestSummary guest in meant)
        {
            // Proxmox: every guest lists its present state among its snapshots, as current; who may not look gets no list.
            IReadOnlyList<string> names = await session.NamesAsync(
                $"/nodes/{Uri.EscapeDataString(guest.Node)}/{guest.Type.Value}/{guest.Id}/snapshot", "name").ConfigureAwait(false);
            string[] snapshots = [.. names.Where(static known => known != "current")];
            if (names.Count > 0 && !snapshots.Contains(name, StringComparer.Ordinal))
            {
                missing.Add((guest, snapshots));
            }
        }

        if (missing.Count > 0 && missing.Count == meant.Count)
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no snapshot '{name}' of {string.Join(", ", missing.Select(static item => GuestKinds.Title(item.Guest)))}",
                Hint = missing is [{ Others: { Length: > 0 } others }] ? $"There are the snapshots: {string.Join(", ", others)}"
                    : missing.Count == 1 ? "It has none"
                    : $"See what there is: {PrintedCommands.Of(run.Command.Path.Split(' ')[0], "snapshot", "list", missing[0].Guest.Id.ToString())}",
            });
        }

        foreach ((GuestSummary guest, _) in missing)
        {
            run.Command.Warn($"{GuestKinds.Title(guest)} has no snapshot '{name}': the server would refuse it");
        }
    }

    private void CheckObstacles(IReadOnlyList<GuestSummary> hindered, bool isAll)
    {
        (GuestSummary Guest, GuestObstacle Obstacle)[] all = [.. hindered.Select(guest => (guest, change.Obstacle!.Invoke(guest)!))];
        if (all.Length > 0 && isAll)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = string.Join("; ", all.Select(static item => $"{GuestKinds.Title(item.Guest)}: {item.Obstacle.Reason}")),
                Hint = all[0].Obstacle.Advice,
            });
        }

        foreach ((GuestSummary guest, GuestObstacle obstacle) in all)
        {
            run.Command.Warn($"{GuestKinds.Title(guest)}: {obstacle.Reason}: it would fail. {obstacle.Advice}");
        }
    }

    // Of several guests the others go on; it is enough to say which one does not.
    private void CheckRefusals(IReadOnlyList<GuestSummary> meant)
    {
        (GuestSummary Guest, string Reason)[] refused =
            [.. meant.Select(guest => (Guest: guest, Reason: change.Refusal?.Invoke(guest))).Where(static item => item.Reason is not null)!];
        if (refused.Length > 0 && refused.Length == meant.Count)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"The server would refuse it: {string.Join("; ", refused.Select(static item => $"{GuestKinds.Title(item.Guest)}: {item.Reason}"))}",
                Hint = "Change that first, then look again",
            });
        }

        foreach ((GuestSummary guest, string reason) in refused)
        {
            run.Command.Warn($"{GuestKinds.Title(guest)}: {reason}: the server would refuse it as it is now");
        }
    }
}
