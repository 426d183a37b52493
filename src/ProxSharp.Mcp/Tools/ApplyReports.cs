using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Tools;

/// <summary>Keeps how far the applying of a plan is, for whichever call waits for it.</summary>
internal sealed class ApplyReports : IProgress<ApplyProgress>
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = New();
    private ApplyProgress? _latest;

    /// <summary>What was reported last; null for nothing.</summary>
    public ApplyProgress? Latest
    {
        get
        {
            lock (_gate)
            {
                return _latest;
            }
        }
    }

    /// <inheritdoc/>
    public void Report(ApplyProgress value)
    {
        TaskCompletionSource reported;
        lock (_gate)
        {
            (_latest, reported, _next) = (value, _next, New());
        }

        reported.TrySetResult();
    }

    /// <summary>Ends with the next report, or at once if there is one that the caller has not seen.</summary>
    /// <param name="seen">What the caller has seen last.</param>
    public Task NextAsync(ApplyProgress? seen)
    {
        lock (_gate)
        {
            return ReferenceEquals(seen, _latest) ? _next.Task : Task.CompletedTask;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
