using System.Runtime.ExceptionServices;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Bulk;

/// <summary>What has become of the guests so far. Guarded by itself: actions report from several threads, and progress is told one at a time.</summary>
internal sealed class BulkLedger
{
    private readonly Lock _gate = new();
    private readonly BulkItem[] _items;
    private readonly IProgress<BulkProgress>? _progress;
    private int _done;
    private int _running;
    private int _failed;
    private volatile ExceptionDispatchInfo? _progressFailure;

    public BulkLedger(IReadOnlyList<GuestSummary> guests, IProgress<BulkProgress>? progress)
    {
        _items = [.. guests.Select(static guest => new BulkItem { Guest = guest })];
        _progress = progress;
    }

    /// <summary>True if an action failed.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_gate)
            {
                return _failed > 0;
            }
        }
    }

    /// <summary>What the caller's progress threw; null if nothing.</summary>
    public ExceptionDispatchInfo? ProgressFailure => _progressFailure;

    /// <summary>The guest at a place.</summary>
    public GuestSummary this[int index]
    {
        get
        {
            lock (_gate)
            {
                return _items[index].Guest;
            }
        }
    }

    /// <summary>True if the action was started and its end was not told.</summary>
    public bool IsRunning(int index)
    {
        lock (_gate)
        {
            return _items[index].Outcome == BulkOutcome.Running;
        }
    }

    /// <summary>Takes a newer state of a guest.</summary>
    public void Renew(int index, GuestSummary guest) => Set(index, item => item with { Guest = guest }, tell: false);

    public void Plan(int index) => Set(index, static item => item with { Outcome = BulkOutcome.Planned }, tell: true);

    public void Skip(int index, string reason) => Set(index, item => item with { Outcome = BulkOutcome.Skipped, Reason = reason }, tell: true);

    public void Start(int index, PveTask task) => Set(index, item => item with { Outcome = BulkOutcome.Running, Task = task }, tell: true);

    public void Fail(int index, Exception exception) =>
        Set(
            index,
            item => item with { Outcome = BulkOutcome.Failed, Error = exception, Result = (exception as ProxmoxTaskFailedException)?.Result },
            tell: true);

    public void Finish(int index, TaskResult result) => Set(
        index,
        item => item with { Outcome = result.Outcome == TaskOutcome.Warnings ? BulkOutcome.Warnings : BulkOutcome.Succeeded, Result = result },
        tell: true);

    public BulkReport Report(string action, IReadOnlyList<string> unmatched)
    {
        lock (_gate)
        {
            return new BulkReport { Action = action, Items = [.. _items], Unmatched = unmatched };
        }
    }

    private void Set(int index, Func<BulkItem, BulkItem> change, bool tell)
    {
        lock (_gate)
        {
            BulkItem before = _items[index];
            BulkItem after = _items[index] = change(before);
            _running += (after.Outcome == BulkOutcome.Running ? 1 : 0) - (before.Outcome == BulkOutcome.Running ? 1 : 0);
            _done += (IsThrough(after) ? 1 : 0) - (IsThrough(before) ? 1 : 0);
            _failed += (after.Outcome == BulkOutcome.Failed ? 1 : 0) - (before.Outcome == BulkOutcome.Failed ? 1 : 0);
            if (tell && _progressFailure is null)
            {
                Tell(new BulkProgress(after, _items.Length, _done, _running, _failed));
            }
        }
    }

    // What the caller's progress throws must not tear down work that runs: it is kept until that has ended.
    private void Tell(BulkProgress progress)
    {
        try
        {
            _progress?.Report(progress);
        }
        catch (Exception exception)
        {
            _progressFailure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private static bool IsThrough(BulkItem item) => item.Outcome is not (BulkOutcome.NotStarted or BulkOutcome.Running);
}
