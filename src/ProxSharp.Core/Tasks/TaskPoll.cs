namespace ProxSharp.Tasks;

/// <summary>A wait for a task on the calling thread, one look at a time, so that a thread can wait for several tasks.</summary>
internal abstract class TaskPoll
{
    /// <summary>How long until the next look is due; not positive if it is.</summary>
    public abstract TimeSpan Rest { get; }

    /// <summary>Looks once at the task.</summary>
    /// <returns>How it ended; null if it has not.</returns>
    public abstract TaskResult? Look(CancellationToken cancellationToken);

    /// <summary>Waits until the next look is due, or the waiting is over.</summary>
    public abstract void PauseUntilDue(CancellationToken cancellationToken);

    /// <summary>Looks until the task has ended.</summary>
    public TaskResult Run(CancellationToken cancellationToken)
    {
        TaskResult? result;
        while ((result = Look(cancellationToken)) is null)
        {
            PauseUntilDue(cancellationToken);
        }

        return result;
    }
}
