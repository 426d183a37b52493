using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;
using ProxSharp.Operations;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Makes a change to guests: checks, shows or asks first, then does it within the limits and reports what became of each.</summary>
internal sealed class GuestRunner(VerbRun run, GuestChange change)
{
    private const int UsualPerNode = 4;

    private const string Unanswered = "The call was cancelled before its answer came. It may have been carried out: look before you repeat it.";

    private readonly ConcurrentDictionary<VmId, string> _upids = new();
    private readonly ConcurrentDictionary<VmId, TaskResult> _results = new();

    /// <summary>Does it.</summary>
    public async Task<int> RunAsync(IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run.Context);
        OperationEntry operation = Asking.Find(change.Schema.Product, change.Endpoint.Method, change.Endpoint.Path);
        GuestSummary[] meant = [.. guests.Where(guest => change.Skip?.Invoke(guest) is null)];
        PlannedCall[] plan = [.. meant.Select(guest => change.Plan(guest, guest.Node))];
        bool isAsked = Asking.IsAlwaysNeeded(operation) || plan.Any(call => Asking.IsNeeded(operation, call.Parameters));
        ChangeRules.CheckGuests(run, guests, isAsked);
        if (run.IsDryRun)
        {
            return await DryRun.ShowAsync(run, change.Schema, plan, cancellationToken).ConfigureAwait(false);
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        foreach (PlannedCall call in plan)
        {
            // What has to be planned is not asked about: the plan is what a person looks at.
            session.CheckGuard(call.Method, call.Path, call.Parameters);
        }

        if (isAsked && meant.Length > 0)
        {
            await ConfirmAsync(meant, Asking.Effect(change.Schema.Product, operation, plan[0].Parameters), cancellationToken).ConfigureAwait(false);
        }

        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        bool isTask = change.Endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Undeclared;
        IReadOnlyList<BulkItem> items = isTask && run.Waits
            ? await InBulkAsync(session, pve, guests, cancellationToken).ConfigureAwait(false)
            : await OneByOneAsync(session, guests, cancellationToken).ConfigureAwait(false);
        return IsInterrupted(items, cancellationToken) ? throw Interrupted(items, cancellationToken) : Report(items);
    }

    private Task ConfirmAsync(IReadOnlyList<GuestSummary> guests, string effect, CancellationToken cancellationToken)
    {
        string answer = guests.Count == 1 ? guests[0].Name ?? guests[0].Id.ToString() : string.Create(CultureInfo.InvariantCulture, $"{guests.Count} guests");
        string what = guests.Count == 1 ? GuestKinds.Title(guests[0]) : string.Join(", ", guests.Select(GuestKinds.Title));
        if (change.Part is { } part)
        {
            what = $"{part.Title} of {what}";
            answer = guests.Count == 1 && change.Endpoint.Method == ApiMethod.Delete ? part.Name : answer;
        }

        return ChangeRules.ConfirmAsync(run, $"{change.Action} {what}", answer, effect, cancellationToken);
    }

    private async Task<IReadOnlyList<BulkItem>> InBulkAsync(
        ServerSession session, PveClient pve, IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        Dictionary<VmId, GuestSummary> known = guests.ToDictionary(static guest => guest.Id);
        using IChangeProgress progress = Progress(guests.Count);
        BulkAction action = new(
            change.Action,
            async (guest, token) =>
            {
                PlannedCall call = change.Plan(known[guest.Id], (await guest.GetNodeAsync(token).ConfigureAwait(false)).ToString());
                PveTask task = pve.Tasks[Upid.Parse(await SendAsync(session, call, token).ConfigureAwait(false)
                    ?? throw new ProxmoxProtocolException($"{call.Method.ToVerb()} {call.Path} started no task."), null)];
                _upids[guest.Id] = task.Upid.ToString();
                progress.Started(known[guest.Id], task.Upid.ToString());
                _results[guest.Id] = await task.WaitForCompletionAsync(WaitOptions(known[guest.Id], progress), token).ConfigureAwait(false);
                return task;
            },
            skip: change.Skip);
        BulkOptions options = new()
        {
            MaxTotal = run.Number(run.Standard.Parallel) ?? StandardOptions.UsualParallel,
            MaxPerNode = run.Number(run.Standard.PerNode) ?? UsualPerNode,
            StopOnError = run.Value(run.Standard.StopOnError),
            Wait = TaskWaitOptions.Default with { MinInterval = TimeSpan.FromMilliseconds(20) },
            Progress = new Reports(progress, _upids),
        };
        try
        {
            return [.. (await pve.Bulk.RunAsync(guests, action, options, cancellationToken).ConfigureAwait(false)).Items.Select(Settled)];
        }
        catch (BulkCanceledException interrupted)
        {
            return [.. interrupted.Report.Items.Select(Settled)];
        }
    }

    // A task that was started is known here even where its guest counts as cancelled.
    private BulkItem Settled(BulkItem item)
    {
        if (item.Outcome != BulkOutcome.Running && item.Error is not OperationCanceledException)
        {
            return item;
        }

        return _results.TryGetValue(item.Guest.Id, out TaskResult? result)
            ? item with { Outcome = result.Warnings > 0 ? BulkOutcome.Warnings : BulkOutcome.Succeeded, Result = result, Error = null }
            : _upids.ContainsKey(item.Guest.Id) ? item with { Outcome = BulkOutcome.Running, Error = null } : item;
    }

    private async Task<IReadOnlyList<BulkItem>> OneByOneAsync(ServerSession session, IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        List<BulkItem> items = [];
        bool isStopped = false;
        foreach (GuestSummary guest in guests)
        {
            BulkItem item = isStopped || cancellationToken.IsCancellationRequested
                ? new BulkItem { Guest = guest, Outcome = BulkOutcome.NotStarted }
                : change.Skip?.Invoke(guest) is { } reason
                    ? new BulkItem { Guest = guest, Outcome = BulkOutcome.Skipped, Reason = reason }
                    : await OneAsync(session, guest, cancellationToken).ConfigureAwait(false);
            isStopped |= item.Outcome == BulkOutcome.Failed && run.Value(run.Standard.StopOnError);
            items.Add(item);
        }

        return items;
    }

    private async Task<BulkItem> OneAsync(ServerSession session, GuestSummary guest, CancellationToken cancellationToken)
    {
        try
        {
            string? upid = await SendAsync(session, change.Plan(guest, guest.Node), cancellationToken).ConfigureAwait(false);
            if (upid is null)
            {
                return new BulkItem { Guest = guest, Outcome = BulkOutcome.Succeeded };
            }

            _upids[guest.Id] = upid;
            if (!run.Waits || session.Pve is null)
            {
                return new BulkItem { Guest = guest, Outcome = BulkOutcome.Running };
            }

            using IChangeProgress progress = Progress(1);
            TaskResult result = await session.Pve.Tasks[upid].WaitForCompletionAsync(WaitOptions(guest, progress), cancellationToken).ConfigureAwait(false);
            return new BulkItem { Guest = guest, Outcome = result.Warnings > 0 ? BulkOutcome.Warnings : BulkOutcome.Succeeded, Result = result };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return _upids.ContainsKey(guest.Id)
                ? new BulkItem { Guest = guest, Outcome = BulkOutcome.Running }
                : new BulkItem { Guest = guest, Outcome = BulkOutcome.Failed, Error = new OperationCanceledException(Unanswered) };
        }
        catch (Exception failure) when (failure is ProxmoxException or CliException)
        {
            return new BulkItem { Guest = guest, Outcome = BulkOutcome.Failed, Error = failure };
        }
    }

    private async Task<string?> SendAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(
            run, change.Schema, change.Endpoint, call.Path, session.CallAsync(
                call.Method, call.Path, call.Parameters, null, cancellationToken)).ConfigureAwait(false);
        return TaskWaiter.UpidIn(response.Data);
    }

    private TaskWaitOptions WaitOptions(GuestSummary guest, IChangeProgress progress) => TaskAdvice.Options(run) with
    {
        Log = new Sink<TaskLogLine>(line => progress.Logged(guest, line.Text)),
        Progress = new Sink<TaskProgress>(moved => progress.Moved(guest, moved)),
    };

    private IChangeProgress Progress(int count) => count > 1 && run.Command.ProgressTerminal is { } terminal
        ? new BoardProgress(terminal, count, run.Command.Output.Width ?? 80, run.Command.Services.Time)
        : new LineProgress(run, isSingle: count == 1);

    private int Report(IReadOnlyList<BulkItem> items)
    {
        BulkItem[] failed = [.. items.Where(static item => item.Outcome == BulkOutcome.Failed)];
        if (items.Count == 1 && failed.Length == 1)
        {
            throw new CliException(Named(failed[0]), failed[0].Error);
        }

        if (items.Count == 0)
        {
            run.Note("No guest fits: nothing was done.");
        }

        Write(items, run.Waits ? GuestRows.Shape : GuestRows.Detached);
        if (failed.Length > 0)
        {
            throw new CliException(Several(items, failed), failed[0].Error);
        }

        return run.FailsOnWarnings && items.Any(static item => item.Outcome == BulkOutcome.Warnings) ? ExitCodes.TaskWarnings : ExitCodes.Success;
    }

    private void Write(IReadOnlyList<BulkItem> items, ResultShape shape) => run.Write(JsonText.Build(json =>
    {
        json.WriteStartArray();
        foreach (BulkItem item in items)
        {
            string? message = item.Error switch
            {
                null => item.Reason,
                OperationCanceledException unanswered => unanswered.Message,
                { } failure => ErrorMapper.Map(failure).Message,
            };
            _results.TryGetValue(item.Guest.Id, out TaskResult? own);
            GuestRows.Write(
                json, item.Guest, change.Action, item.Outcome, _upids.GetValueOrDefault(item.Guest.Id), (item.Result ?? own)?.ExitStatus, message);
        }

        json.WriteEndArray();
    }), shape);

    // Who interrupts when all is done gets the usual report.
    private bool IsInterrupted(IReadOnlyList<BulkItem> items, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested && items.Any(
        item => item.Outcome == BulkOutcome.NotStarted || item.Error is OperationCanceledException || (run.Waits && item.Outcome == BulkOutcome.Running));

    /// <summary>Tells what became of the guests so far, and how to go on with the tasks that run.</summary>
    private OperationCanceledException Interrupted(IReadOnlyList<BulkItem> items, CancellationToken cancellationToken)
    {
        Write(items, GuestRows.Detached with { NameField = GuestRows.Shape.NameField });
        TaskAdvice.Detached(run, [.. items.Where(static item => item.Outcome == BulkOutcome.Running).Select(item => _upids[item.Guest.Id])]);
        return new OperationCanceledException(cancellationToken);
    }

    private CliError Named(BulkItem item)
    {
        CliError error = ErrorMapper.Map(item.Error!);
        return error with { Upid = error.Upid ?? _upids.GetValueOrDefault(item.Guest.Id), Node = error.Node ?? item.Guest.Node };
    }

    private static CliError Several(IReadOnlyList<BulkItem> items, BulkItem[] failed)
    {
        int[] codes = [.. failed.Select(static item => ErrorMapper.Map(item.Error!).ExitCode).Distinct()];
        int left = items.Count(static item => item.Outcome == BulkOutcome.NotStarted);
        return new CliError
        {
            Code = "bulk_failed",
            ExitCode = codes.Length == 1 ? codes[0] : ExitCodes.Error,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Length} of {items.Count} guests failed{(left > 0 ? $", {left} were not started" : "")}: "
                + $"{string.Join(", ", failed.Select(static item => item.Guest.Id))}"),
            Hint = "The table says why.",
        };
    }

    private sealed class Sink<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    private sealed class Reports(IChangeProgress progress, ConcurrentDictionary<VmId, string> upids) : IProgress<BulkProgress>
    {
        public void Report(BulkProgress value)
        {
            if (value.Changed.Outcome is not (BulkOutcome.Running or BulkOutcome.NotStarted or BulkOutcome.Planned))
            {
                // Who interrupts the waiting ends no task: what was started goes on.
                progress.Ended(value.Changed.Guest, value.Changed.Error switch
                {
                    null => GuestRows.Word(value.Changed.Outcome),
                    OperationCanceledException when upids.TryGetValue(value.Changed.Guest.Id, out string? upid) => $"{IChangeProgress.StillRunning}, {upid}",
                    OperationCanceledException unanswered => $"failed, {unanswered.Message}",
                    { } error => $"failed, {ErrorMapper.Map(error).Message}",
                });
            }
        }
    }
}
