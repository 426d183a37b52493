namespace ProxSharp.Tasks;

/// <summary>One wait among those that a node's tasks are watched for.</summary>
internal sealed class WatchedTask(TaskTracker tracker)
{
    // A task may be missing from a list because it has just started; twice is no coincidence.
    private const int HiddenAfter = 2;

    private readonly TaskCompletionSource<TaskState> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _timesHidden;

    /// <summary>The id of the task.</summary>
    public string Id { get; } = tracker.Upid.ToString();

    /// <summary>The wait.</summary>
    public TaskTracker Tracker => tracker;

    /// <summary>Ends with the task.</summary>
    public Task<TaskState> End => _end.Task;

    /// <summary>True if nobody waits any more.</summary>
    public bool IsOver => _end.Task.IsCompleted;

    /// <summary>When to look at the task again, as a timestamp of the clock.</summary>
    public long Due { get; set; }

    /// <summary>True if the node's list leaves the task out although it runs: lists do not show somebody else's tasks to everybody.</summary>
    public bool IsHidden => _timesHidden >= HiddenAfter;

    /// <summary>Takes what a list says.</summary>
    public void ObserveListed(TaskState state)
    {
        _timesHidden = 0;
        Observe(state);
    }

    /// <summary>Takes what the server says when it is asked for this task.</summary>
    /// <param name="state">The answer.</param>
    /// <param name="wasMissing">True if it was asked because the list left the task out.</param>
    public void ObserveAsked(TaskState state, bool wasMissing)
    {
        _timesHidden += wasMissing && state.IsRunning ? 1 : 0;
        Observe(state);
    }

    /// <summary>Takes a failure.</summary>
    public void Observe(ProxmoxException failure)
    {
        try
        {
            tracker.Observe(failure);
        }
        catch (ProxmoxTaskWaitException exception)
        {
            _end.TrySetException(exception);
        }
    }

    /// <summary>Ends the wait with a failure that says nothing about the server.</summary>
    public void Fail(Exception exception) => _end.TrySetException(exception);

    /// <summary>Ends the wait because nobody waits any more.</summary>
    public void Cancel(CancellationToken cancellationToken) => _end.TrySetCanceled(cancellationToken);

    private void Observe(TaskState state)
    {
        if (tracker.Observe(state))
        {
            _end.TrySetResult(state);
        }
    }
}
