using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Shows what a change to guests would be, and says what is certain to come to nothing.</summary>
internal sealed class GuestDryRun(VerbRun run, GuestChange change)
{
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
                run.Note($"{GuestKinds.Title(guest)}: {reason}, so nothing would be done.");
                skipped.Add(new SkippedGuest(guest, reason));
            }
        }

        if (run.IsShown && plan.Count > 0)
        {
            await CheckNodeAsync(cancellationToken).ConfigureAwait(false);
            CheckRefusals([.. guests.Where(guest => skipped.TrueForAll(other => other.Guest.Id != guest.Id))]);
        }

        return await DryRun.ShowAsync(run, change.Schema, plan, cancellationToken, skipped).ConfigureAwait(false);
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
