using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>The calls about tasks that waiting needs, for one product.</summary>
internal abstract class TaskServer
{
    /// <summary>Creates it.</summary>
    protected TaskServer(TimeProvider clock) => Clock = clock;

    /// <summary>The clock of the client.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Asks for the state of one task.</summary>
    public abstract Task<TaskState> GetStateAsync(Upid upid, CancellationToken cancellationToken);

    /// <inheritdoc cref="GetStateAsync"/>
    public abstract TaskState GetState(Upid upid, CancellationToken cancellationToken);

    /// <summary>Asks for one task.</summary>
    public async Task<TaskInfo> GetInfoAsync(Upid upid, CancellationToken cancellationToken) =>
        (await GetStateAsync(upid, cancellationToken).ConfigureAwait(false)).Of(upid);

    /// <inheritdoc cref="GetInfoAsync"/>
    public TaskInfo GetInfo(Upid upid, CancellationToken cancellationToken) => GetState(upid, cancellationToken).Of(upid);

    /// <summary>Asks a node for its tasks.</summary>
    public abstract Task<TaskListing> ListAsync(string node, TaskListQuery query, CancellationToken cancellationToken);

    /// <summary>Reads lines of a task's log.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="start">How many lines to skip.</param>
    /// <param name="limit">How many lines to read at most.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public abstract Task<TaskLogPage> ReadLogAsync(Upid upid, long start, int limit, CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadLogAsync"/>
    public abstract TaskLogPage ReadLog(Upid upid, long start, int limit, CancellationToken cancellationToken);

    /// <summary>Stops a task.</summary>
    public abstract Task StopAsync(Upid upid, CancellationToken cancellationToken);

    /// <inheritdoc cref="StopAsync"/>
    public abstract void Stop(Upid upid, CancellationToken cancellationToken);
}
