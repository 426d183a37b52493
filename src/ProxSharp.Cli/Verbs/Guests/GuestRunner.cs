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
using ProxSharp.Pve.Recovery;
using ProxSharp.Schema;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Makes a change to guests: checks, shows or asks first, then does it within the limits and reports what became of each.</summary>
internal sealed class GuestRunner(VerbRun run, GuestChange change)
{
    private const string Unanswered = "The call was cancelled before its answer came. It may have been carried out: look before you repeat it.";

    private readonly ConcurrentDictionary<int, string> _upids = new();
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);
    private readonly GuestAnswers _answers = new();
    private readonly long _chosenAt = run.Command.Services.Time.GetTimestamp();
    private readonly LostServer _lost = new(run.Command.Services.Time, TaskWaitOptions.Default.OutageGrace);

    /// <summary>Does it.</summary>
    public async Task<int> RunAsync(IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run, run.Context);
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        return await RunAsync(pve, await SureAsync(pve, guests, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    // Nothing is decided by a state that is some seconds old.
    private async Task<IReadOnlyList<GuestSummary>> SureAsync(PveClient pve, IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        GuestSummary[] doubtful = [.. guests.Where(guest => change.IsDoubtful(guest, run.IsDryRun))];
        if (doubtful.Length > 0)
        {
            Dictionary<VmId, GuestSummary> now = (await pve.Guests.LookAsync(doubtful, cancellationToken).ConfigureAwait(false)).ToDictionary(static guest => guest.Id);
            guests = [.. guests.Select(guest => now.GetValueOrDefault(guest.Id) ?? guest)];
        }

        if (!guests.Any(change.MayBeOver))
        {
            return guests;
        }

        // What was asked for a moment ago, and is under way, counts as the state.
        IReadOnlySet<VmId> changing = await pve.Guests.ListChangingAsync(cancellationToken).ConfigureAwait(false);
        return [.. guests.Select(guest => changing.Contains(guest.Id) ? guest with { IsChanging = true } : guest)];
    }

    private async Task<int> RunAsync(PveClient pve, IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        OperationEntry operation = Asking.Find(change.Schema.Product, change.Endpoint.Method, change.Endpoint.Path);
        GuestSummary[] meant = [.. guests.Where(guest => change.Skip?.Invoke(guest) is null && change.Obstacle?.Invoke(guest) is null)];
        PlannedCall[] plan = [.. meant.Select(guest => change.Plan(guest, guest.Node))];
        bool isAsked = Asking.IsAlwaysNeeded(operation) || plan.Any(call => Asking.IsNeeded(operation, call.Parameters, call.Path));
        ChangeRules.CheckGuests(run, guests, isAsked);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await CheckReachAsync(session, plan, cancellationToken).ConfigureAwait(false);
        if (plan.Select(CallNotes.Of).OfType<string>().FirstOrDefault() is { } note)
        {
            run.Note(note);
        }

        if (run.IsDryRun)
        {
            return await new GuestDryRun(run, change).ShowAsync(guests, plan, cancellationToken).ConfigureAwait(false);
        }

        foreach (PlannedCall call in plan)
        {
            // What has to be planned is not asked about: the plan is what a person looks at.
            session.CheckGuard(call.Method, call.Path, call.Parameters);
        }

        if (isAsked && meant.Length > 0)
        {
            VerbErrors.Check(run, change.Schema, change.Endpoint, plan);
            await ConfirmAsync(meant, Asking.Effect(change.Schema.Product, operation, plan[0].Parameters), cancellationToken).ConfigureAwait(false);
        }
        else if (!isAsked && await ReplacedDisks.FindAsync(session, change.Schema, plan, cancellationToken).ConfigureAwait(false) is { Count: > 0 } replaced)
        {
            ChangeRules.CheckGuests(run, guests, isAsked: true);
            await ConfirmAsync(meant, ReplacedDisks.Effect(replaced), cancellationToken).ConfigureAwait(false);
        }

        IReadOnlyList<BulkItem> items = await WithinLimitsAsync(session, pve, guests, cancellationToken).ConfigureAwait(false);
        return IsInterrupted(items, cancellationToken) ? throw Interrupted(items, cancellationToken) : Report(items);
    }

    // A parameter may reach another guest than those that were chosen; none is changed if one is protected.
    private async Task CheckReachAsync(ServerSession session, IEnumerable<PlannedCall> plan, CancellationToken cancellationToken)
    {
        foreach (PlannedCall call in plan)
        {
            await session.CheckAsync(run.IsShown, call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        }
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

        return ChangeRules.ConfirmAsync(run, $"{ChangeRules.Doing(change.Action)} {what}", answer, effect, cancellationToken);
    }

    private async Task<IReadOnlyList<BulkItem>> WithinLimitsAsync(
        ServerSession session, PveClient pve, IReadOnlyList<GuestSummary> guests, CancellationToken cancellationToken)
    {
        BulkItem[] items = [.. guests.Select(static guest => new BulkItem { Guest = guest, Outcome = BulkOutcome.NotStarted })];
        bool isStopped = false;
        FreshGuests fresh = new(pve, guests, run.Command.Services.Time, _chosenAt);
        using IChangeProgress progress = Progress(guests.Count);
        GuestLanes lanes = new(
            guests,
            run.Number(run.Standard.PerNode) ?? change.PerNode ?? StandardOptions.UsualPerNode,
            run.Number(run.Standard.Parallel) ?? StandardOptions.UsualParallel);
        await lanes.RunAsync(
            () => !isStopped && !_lost.IsLost && !cancellationToken.IsCancellationRequested,
            async at =>
            {
                long began = run.Command.Services.Time.GetTimestamp();
                items[at] = await OneAsync(session, pve, guests[at], fresh, progress, cancellationToken).ConfigureAwait(false);
                if (items[at].Outcome == BulkOutcome.Failed && run.Value(run.Standard.StopOnError))
                {
                    isStopped = true;
                }

                _lost.Note(items[at], began);
                ShowEnd(progress, items[at]);
            }).ConfigureAwait(false);
        return _lost.IsLost ? [.. items.Select(static item => item.Outcome == BulkOutcome.NotStarted ? item with { Reason = LostServer.NotTried } : item)] : items;
    }

    // Calls that are through at once are told by the table; a line for each would say it twice.
    private void ShowEnd(IChangeProgress progress, BulkItem item)
    {
        bool isThrough = item.Outcome is not (BulkOutcome.Running or BulkOutcome.NotStarted);
        if (run.Waits && isThrough && (progress.ShowsAll || item.Outcome != BulkOutcome.Succeeded || _upids.ContainsKey(item.Guest.Id.Value)))
        {
            progress.Ended(item.Guest, item.Error switch
            {
                null => GuestRows.Word(item.Outcome),
                OperationCanceledException unanswered => $"failed, {unanswered.Message}",
                { } error => $"failed, {ErrorMapper.Map(error).Message}",
            });
        }
        else if (run.Waits && item.Outcome == BulkOutcome.Running)
        {
            // Who interrupts the waiting ends no task: what was started goes on.
            string upid = _upids[item.Guest.Id.Value];
            progress.Ended(item.Guest, $"{IChangeProgress.StillRunning}{(_ended.ContainsKey(upid) ? " with high availability" : "")}, {upid}");
        }
    }

    // What was not to be done when the user was asked is not done because the guest has changed since.
    private async Task<BulkItem> OneAsync(
        ServerSession session, PveClient pve, GuestSummary chosen, FreshGuests fresh, IChangeProgress progress, CancellationToken cancellationToken)
    {
        if (change.Skip?.Invoke(chosen) is { } reason)
        {
            return new BulkItem { Guest = chosen, Outcome = BulkOutcome.Skipped, Reason = reason };
        }

        GuestSummary guest;
        try
        {
            guest = (await SureAsync(pve, [await fresh.FindAsync(chosen, cancellationToken).ConfigureAwait(false)], cancellationToken).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new BulkItem { Guest = chosen, Outcome = BulkOutcome.NotStarted };
        }

        return change.Skip?.Invoke(guest) is { } since ? new BulkItem { Guest = guest, Outcome = BulkOutcome.Skipped, Reason = since }
            : change.Obstacle?.Invoke(guest) is { } obstacle ? new BulkItem { Guest = guest, Outcome = BulkOutcome.Failed, Error = Hindered(guest, obstacle) }
            : await ChangeAsync(session, pve, guest, progress, cancellationToken).ConfigureAwait(false);
    }

    private static CliException Hindered(GuestSummary guest, GuestObstacle obstacle) => new(new CliError
    {
        Code = "conflict",
        ExitCode = ExitCodes.Conflict,
        Message = $"{GuestKinds.Title(guest)}: {obstacle.Reason}",
        Hint = obstacle.Advice,
        Node = guest.Node,
    });

    private async Task<BulkItem> ChangeAsync(
        ServerSession session, PveClient pve, GuestSummary guest, IChangeProgress progress, CancellationToken cancellationToken)
    {
        BulkItem item = new() { Guest = guest };
        try
        {
            if (await StartAsync(session, pve, guest.Id, change.Plan(guest, guest.Node), cancellationToken).ConfigureAwait(false) is not { } upid)
            {
                return item with { Outcome = BulkOutcome.Succeeded };
            }

            _upids[guest.Id.Value] = upid;
            if (!run.Waits)
            {
                return item with { Outcome = BulkOutcome.Running };
            }

            progress.Started(guest, upid);
            TaskResult result = await WaitAsync(session, pve, guest, upid, progress, cancellationToken).ConfigureAwait(false);
            return item with { Outcome = result.Warnings > 0 ? BulkOutcome.Warnings : BulkOutcome.Succeeded, Result = result };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return _upids.ContainsKey(guest.Id.Value)
                ? item with { Outcome = BulkOutcome.Running }
                : item with { Outcome = BulkOutcome.Failed, Error = new OperationCanceledException(Unanswered) };
        }
        catch (Exception late) when (IsLate(late) && _upids.ContainsKey(guest.Id.Value))
        {
            return item with { Outcome = BulkOutcome.Running, Error = late };
        }
        catch (Exception failure)
        {
            // Whatever goes wrong belongs to the guest: the others go on, and the report tells of all.
            return item with { Outcome = BulkOutcome.Failed, Error = failure, Result = (failure as ProxmoxTaskFailedException)?.Result };
        }
    }

    private async Task<TaskResult> WaitAsync(
        ServerSession session, PveClient pve, GuestSummary guest, string upid, IChangeProgress progress, CancellationToken cancellationToken)
    {
        long start = run.Command.Services.Time.GetTimestamp();
        TaskResult result = await pve.Tasks[upid].WaitForCompletionAsync(WaitOptions(guest, progress), cancellationToken).ConfigureAwait(false);
        if (result.LogFailure is { } unread)
        {
            progress.Logged(guest, TaskWaiter.Unread(unread));
        }

        await EndOfHaAsync(pve, guest, result.Upid, start, progress, cancellationToken).ConfigureAwait(false);
        return result;
    }

    // The user's time for waiting is over, which is no failure of the task.
    private static bool IsLate(Exception? end) => end is not null && ErrorMapper.Map(end).ExitCode == ExitCodes.StillRunning;

    // A guest under high availability is brought where it shall be only after its task has ended.
    private async Task EndOfHaAsync(
        PveClient pve, GuestSummary guest, Upid upid, long start, IChangeProgress progress, CancellationToken cancellationToken)
    {
        if (HaGoal.Of(upid, guest, change.OtherNode) is not { } goal)
        {
            return;
        }

        HaWait wait = new(pve, upid, guest, goal)
        {
            Timeout = run.WaitTimeout - run.Command.Services.Time.GetElapsedTime(start),
            Outage = run.Command.Outage,
        };
        _ended[upid.ToString()] = true;
        progress.Noted(guest, wait.Text);
        await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // An answer that was lost is looked for: the task that was started, or the proof that nothing was.
    private async Task<string?> StartAsync(ServerSession session, PveClient pve, VmId guest, PlannedCall call, CancellationToken cancellationToken)
    {
        bool isTask = change.Endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Undeclared;
        try
        {
            string? upid = await SendAsync(session, guest, call, cancellationToken).ConfigureAwait(false);
            return upid is null && isTask ? throw new ProxmoxProtocolException($"{call.Method.ToVerb()} {call.Path} started no task.") : upid;
        }
        catch (ProxmoxOutcomeUnknownException lost) when (isTask && run.Waits)
        {
            RecoveryResult found = await pve.RecoverAsync(lost, null, cancellationToken).ConfigureAwait(false);
            if (found.Outcome == RecoveredOutcome.DidNotHappen)
            {
                return await SendAsync(session, guest, call, cancellationToken).ConfigureAwait(false);
            }

            if (found is { Outcome: RecoveredOutcome.Happened, Task: { } task })
            {
                return task.Upid.ToString();
            }

            throw;
        }
    }

    // Returns the task to wait for; what else is answered is kept.
    private async Task<string?> SendAsync(ServerSession session, VmId guest, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(
            run, change.Schema, change.Endpoint, call.Path, session.CallAsync(
                call.Method, call.Path, call.Parameters, null, cancellationToken)).ConfigureAwait(false);

        // Proxmox: a task beside other members goes on until somebody has used what it opened, such as a port and its ticket.
        if (change.Endpoint.Task != ApiTaskKind.Property && TaskWaiter.UpidIn(response.Data) is { } upid)
        {
            return upid;
        }

        _answers.Keep(guest, response.Data);
        return null;
    }

    // Nobody reads the logs of many tasks unless there is a board for them; then one list of each node tells of all.
    private TaskWaitOptions WaitOptions(GuestSummary guest, IChangeProgress progress) => progress.FollowsLogs
        ? TaskAdvice.Options(run) with
        {
            Log = new Sink<TaskLogLine>(line => progress.Logged(guest, line.Text)),
            Progress = new Sink<TaskProgress>(moved => progress.Moved(guest, moved)),
        }
        : TaskAdvice.Options(run);

    private IChangeProgress Progress(int count) => count > 1 && run.Command.ProgressTerminal is { } terminal
        ? new BoardProgress(terminal, count, () => run.Command.Services.Console.Width ?? 80, run.Command.Services.Time)
        : new LineProgress(run, isSingle: count == 1);

    private int Report(IReadOnlyList<BulkItem> items)
    {
        BulkItem[] failed = [.. items.Where(static item => item.Outcome == BulkOutcome.Failed)];
        BulkItem[] late = [.. items.Where(static item => IsLate(item.Error))];
        if (change.Remark is { } remark)
        {
            run.Note(remark);
        }

        if (items.Count == 1 && failed.Concat(late).FirstOrDefault() is { } only)
        {
            throw new CliException(Named(only), only.Error);
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

        if (late.Length > 0)
        {
            throw new CliException(StillRunning(items.Count, [.. late.Select(item => _upids[item.Guest.Id.Value])]), late[0].Error);
        }

        return WarningEnds.Settle(
            run.FailsOnWarnings, [.. items.Where(static item => item.Outcome == BulkOutcome.Warnings).Select(item => _upids[item.Guest.Id.Value])]);
    }

    private void Write(IReadOnlyList<BulkItem> items, ResultShape shape)
    {
        // Who asks for tasks by name gets tasks only: the number of a guest that was skipped is none.
        bool isTasks = shape.NameField == GuestRows.Detached.NameField && run.Command.Output is { Format: OutputFormat.Name, Fields: null };
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (BulkItem item in items.Where(item => !isTasks || _upids.ContainsKey(item.Guest.Id.Value)))
            {
                GuestRows.Write(json, Row(item));
            }

            json.WriteEndArray();
        }), _answers.Shape(shape));
        _answers.WriteBelow(run.Command, items.Select(static item => item.Guest), ResultShapes.Of(change.Endpoint) with { WholeField = "ticket" });
    }

    private GuestRow Row(BulkItem item)
    {
        return new GuestRow(item.Guest, change.Action, item.Outcome)
        {
            Upid = _upids.GetValueOrDefault(item.Guest.Id.Value),
            ExitStatus = item.Result?.ExitStatus,
            Message = item.Error switch
            {
                null => item.Reason,
                OperationCanceledException unanswered => unanswered.Message,
                { } failure => ErrorMapper.Map(failure).Message,
            },
            IsUncertain = IsUncertain(item),
            Result = _answers.Of(item.Guest.Id),
        };
    }

    // Who interrupts when all is done gets the usual report.
    private bool IsInterrupted(IReadOnlyList<BulkItem> items, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested && items.Any(
        item => item.Outcome == BulkOutcome.NotStarted || item.Error is OperationCanceledException || (run.Waits && item.Outcome == BulkOutcome.Running));

    /// <summary>Tells what became of the guests so far, and how to go on with the tasks that run.</summary>
    private OperationCanceledException Interrupted(IReadOnlyList<BulkItem> items, CancellationToken cancellationToken)
    {
        // For people, thousands of guests that nothing happened to would hide what was done.
        BulkItem[] begun = [.. items.Where(static item => item.Outcome != BulkOutcome.NotStarted)];
        Write(run.Command.IsMachineOutput ? items : begun, GuestRows.Detached with { NameField = GuestRows.Shape.NameField });
        run.Command.Services.Console.Out.Flush();
        if (begun.Length < items.Count)
        {
            run.Note(string.Create(CultureInfo.InvariantCulture, $"{items.Count - begun.Length} of {items.Count} guests were not started."));
        }

        VmId[] uncertain = [.. items.Where(static item => item.Error is OperationCanceledException).Select(static item => item.Guest.Id)];
        if (uncertain.Length > 0)
        {
            TaskAdvice.Unanswered(run, $"of {string.Join(", ", uncertain)}");
        }

        string[] left = [.. items.Where(static item => item.Outcome == BulkOutcome.Running).Select(item => _upids[item.Guest.Id.Value])];
        TaskAdvice.Detached(run, left, [.. _ended.Keys]);
        return new OperationCanceledException(cancellationToken);
    }

    private CliError Named(BulkItem item)
    {
        CliError error = ErrorMapper.Map(item.Error!);
        return error with { Upid = error.Upid ?? _upids.GetValueOrDefault(item.Guest.Id.Value), Node = error.Node ?? item.Guest.Node };
    }

    private static CliError StillRunning(int all, string[] upids) => new()
    {
        Code = "still_running",
        ExitCode = ExitCodes.StillRunning,
        Message = string.Create(CultureInfo.InvariantCulture, $"The time for waiting is over, and the tasks of {upids.Length} of {all} guests go on"),
        Hint = $"Wait on with: {Commands.PrintedCommands.Of(["task", "wait", .. upids])}",
    };

    private CliError Several(IReadOnlyList<BulkItem> items, BulkItem[] failed)
    {
        CliError[] errors = [.. failed.Select(static item => ErrorMapper.Map(item.Error!))];
        int[] codes = [.. errors.Select(static error => error.ExitCode).Distinct()];
        string[] upids = [.. failed.Where(item => _upids.ContainsKey(item.Guest.Id.Value)).Select(item => _upids[item.Guest.Id.Value])];
        int left = items.Count(static item => item.Outcome == BulkOutcome.NotStarted);
        bool isUncertain = items.Any(IsUncertain);
        return new CliError
        {
            Code = "bulk_failed",
            ExitCode = _lost.IsLost ? ExitCodes.Connection : codes.Length == 1 ? codes[0] : ExitCodes.Error,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Length} of {items.Count} guests failed{(left == 0 ? "" : _lost.IsLost ? $", {left} not tried because the server is out of reach" : $", {left} were not started")}: "
                + $"{string.Join(", ", failed.Select(static item => item.Guest.Id))}"),
            Hint = isUncertain ? "The rows say why. Look before you repeat it: some of it may have been carried out." : "The rows say why.",
            OutcomeUnknown = isUncertain,
            Need = [.. errors.SelectMany(static error => error.Need).Distinct()],
            Upid = upids is [{ } only] ? only : null,
        };
    }

    private static bool IsUncertain(BulkItem item) =>
        item.Error is OperationCanceledException || (item.Error is { } error && ErrorMapper.Map(error).OutcomeUnknown);

    private sealed class Sink<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
