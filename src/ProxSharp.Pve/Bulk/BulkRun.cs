using System.Threading.Channels;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Recovery;
using ProxSharp.Pve.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Bulk;

/// <summary>Does an action with many guests, within the limits.</summary>
internal sealed class BulkRun
{
    private readonly PveClient _client;
    private readonly BulkAction _action;
    private readonly BulkOptions _options;
    private readonly IReadOnlyList<string> _unmatched;
    private readonly TaskWaitOptions _wait;
    private readonly BulkQueue _queue;
    private readonly BulkLedger _ledger;
    private readonly BulkPlaces _places;
    private readonly ChangingGuests _changing;

    public BulkRun(PveClient client, GuestSelection selection, BulkAction action, BulkOptions options, BulkPlaces places)
    {
        (_client, _action, _options, _unmatched, _places) = (client, action, options.Checked(), selection.Unmatched, places);
        _wait = options.Wait with { ThrowOnFailure = true };
        _queue = new BulkQueue(selection.Guests, options.MaxPerNode, options.MaxTotal);
        _ledger = new BulkLedger(selection.Guests, options.Progress);
        _changing = new ChangingGuests(client);
    }

    private BulkReport Report => _ledger.Report(_action.Name, _unmatched);

    private bool MustStop => (_options.StopOnError && _ledger.HasFailed) || _ledger.ProgressFailure is not null;

    public async Task<BulkReport> RunAsync(CancellationToken cancellationToken)
    {
        Channel<string> ended = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        while (true)
        {
            while (!cancellationToken.IsCancellationRequested && !MustStop && _queue.TryTake(out int index, out string node))
            {
                if (_places.IsStale && !_options.DryRun)
                {
                    await RenewAsync(cancellationToken).ConfigureAwait(false);
                }

                if (cancellationToken.IsCancellationRequested || (!IsDoubtful(index) && !MayBeOver(index) && !MustStart(index)))
                {
                    _queue.Release(node);
                    continue;
                }

                _ = RunOneAsync(index, node, _places.Handle(_ledger[index]), ended.Writer, cancellationToken);
            }

            if (_queue.Running == 0)
            {
                return Ended(cancellationToken);
            }

            _queue.Release(await ended.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false));
        }
    }

    public BulkReport Run(CancellationToken cancellationToken)
    {
        List<(int Index, string Node, PveTaskPoll Poll)> running = [];
        while (true)
        {
            while (!cancellationToken.IsCancellationRequested && !MustStop && _queue.TryTake(out int index, out string node))
            {
                if (Start(index, cancellationToken) is { } task)
                {
                    running.Add((index, node, task.Poll(_wait)));
                }
                else
                {
                    _queue.Release(node);
                }
            }

            if (running.Count == 0)
            {
                return Ended(cancellationToken);
            }

            (int Index, string Node, PveTaskPoll Poll) next = running.MinBy(static one => one.Poll.Rest);
            if (HasEnded(next.Index, next.Poll, cancellationToken))
            {
                running.RemoveAll(one => one.Index == next.Index);
                _queue.Release(next.Node);
            }
        }
    }

    private BulkReport Ended(CancellationToken cancellationToken)
    {
        _ledger.ProgressFailure?.Throw();
        BulkReport report = Report;

        // Who cancels when all is done gets the result all the same.
        bool isWhole = report.Items.All(static item => item.Outcome is not (BulkOutcome.NotStarted or BulkOutcome.Running));
        return cancellationToken.IsCancellationRequested && !isWhole ? throw new BulkCanceledException(report, cancellationToken) : report;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _places.RenewAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Those that run have to be reported: the caller's loop sees the cancellation and ends in its own way.
        }
    }

    private bool IsDoubtful(int index)
    {
        _ledger.Renew(index, _places.Find(_ledger[index]));
        return _options.SkipUnneeded && _action.IsDoubtful(_ledger[index]);
    }

    private bool MayBeOver(int index) => _options.SkipUnneeded && _action.MayBeOver(_ledger[index]);

    private bool MustStart(int index)
    {
        if (_options.SkipUnneeded && _action.SkipReason(_ledger[index]) is { } reason)
        {
            _ledger.Skip(index, reason);
            return false;
        }

        if (_options.DryRun)
        {
            _ledger.Plan(index);
        }

        return !_options.DryRun;
    }

    // Never throws: what goes wrong belongs to the guest.
    private async Task RunOneAsync(int index, string node, Guest guest, ChannelWriter<string> ended, CancellationToken cancellationToken)
    {
        CancellationToken patience = _options.Cancellation == BulkCancellation.WaitForRunning ? CancellationToken.None : cancellationToken;
        try
        {
            if (!await IsNeededAsync(index, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            PveTask task = await StartAsync(guest, patience).ConfigureAwait(false);
            _ledger.Start(index, task);
            _ledger.Finish(index, await task.WaitForCompletionAsync(_wait, patience).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Detach(index);
        }
        catch (Exception exception)
        {
            _ledger.Fail(index, exception);
        }
        finally
        {
            ended.TryWrite(node);
        }
    }

    // Nobody skips a guest for a state that is some seconds old.
    private async Task<bool> IsNeededAsync(int index, CancellationToken cancellationToken)
    {
        if (!IsDoubtful(index) && !MayBeOver(index))
        {
            return true;
        }

        try
        {
            if (IsDoubtful(index))
            {
                _ledger.Renew(index, await _client.Guests.Live.TryLookAsync(_ledger[index], cancellationToken).ConfigureAwait(false));
            }

            if (MayBeOver(index))
            {
                _ledger.Renew(index, await _changing.TellAsync(_ledger[index], cancellationToken).ConfigureAwait(false));
            }

            return MustStart(index);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // A call that was cancelled before its answer came may have been carried out: that is not the same as one that never began.
    private void Detach(int index)
    {
        if (!_ledger.IsRunning(index))
        {
            _ledger.Fail(index, new OperationCanceledException(
                $"The call to {_action.Name} {_ledger[index]} was cancelled before its answer came. It may have been carried out: look before you repeat it."));
        }
    }

    private async Task<PveTask> StartAsync(Guest guest, CancellationToken cancellationToken)
    {
        try
        {
            return await _action.RunAsync(guest, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxOutcomeUnknownException lost) when (_options.Recovery is not null)
        {
            RecoveryResult found = await _client.RecoverAsync(lost, _options.Recovery, cancellationToken).ConfigureAwait(false);
            return Recovered(found, lost) ?? await _action.RunAsync(guest, cancellationToken).ConfigureAwait(false);
        }
    }

    private PveTask? Start(int index, CancellationToken cancellationToken)
    {
        CancellationToken patience = _options.Cancellation == BulkCancellation.WaitForRunning ? CancellationToken.None : cancellationToken;
        try
        {
            if (_places.IsStale && !_options.DryRun)
            {
                _places.Renew(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            if (!IsNeeded(index, cancellationToken))
            {
                return null;
            }

            PveTask task = Start(_places.Handle(_ledger[index]), patience);
            _ledger.Start(index, task);
            return task;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Detach(index);
        }
        catch (Exception exception)
        {
            _ledger.Fail(index, exception);
        }

        return null;
    }

    // As IsNeededAsync.
    private bool IsNeeded(int index, CancellationToken cancellationToken)
    {
        try
        {
            if (IsDoubtful(index))
            {
                _ledger.Renew(index, _client.Guests.Live.TryLook(_ledger[index], cancellationToken));
            }

            if (MayBeOver(index))
            {
                _ledger.Renew(index, _changing.Tell(_ledger[index], cancellationToken));
            }

            return MustStart(index);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private PveTask Start(Guest guest, CancellationToken cancellationToken)
    {
        try
        {
            return _action.Run(guest, cancellationToken);
        }
        catch (ProxmoxOutcomeUnknownException lost) when (_options.Recovery is not null)
        {
            return Recovered(_client.Recover(lost, _options.Recovery, cancellationToken), lost) ?? _action.Run(guest, cancellationToken);
        }
    }

    private bool HasEnded(int index, PveTaskPoll poll, CancellationToken cancellationToken)
    {
        CancellationToken patience = _options.Cancellation == BulkCancellation.WaitForRunning ? CancellationToken.None : cancellationToken;
        try
        {
            poll.PauseUntilDue(patience);
            if (poll.Look(patience) is not { } result)
            {
                return false;
            }

            _ledger.Finish(index, result);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Detach(index);
        }
        catch (Exception exception)
        {
            _ledger.Fail(index, exception);
        }

        return true;
    }

    // Null says that it did not happen and may be sent again.
    private static PveTask? Recovered(RecoveryResult found, ProxmoxOutcomeUnknownException lost) => (found.Outcome, found.Task) switch
    {
        (RecoveredOutcome.Happened, { } task) => task,
        (RecoveredOutcome.DidNotHappen, _) => null,
        _ => throw lost,
    };
}
