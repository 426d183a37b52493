using ProxSharp.Ids;
using ProxSharp.Pbs.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>A task that a Proxmox Backup Server runs in the background. The handle holds its id; nothing is sent until a method is called.</summary>
/// <example>
/// <code>
/// PbsTask task = await store.CollectGarbageAsync();
/// TaskResult result = await task.WaitForCompletionAsync();
/// </code>
/// </example>
public sealed class PbsTask
{
    private readonly PbsTasks _tasks;

    internal PbsTask(PbsTasks tasks, Upid upid) => (_tasks, Upid) = (tasks, upid);

    /// <summary>The identifier the server gave this task; enough to find it again later, from any program.</summary>
    public Upid Upid { get; }

    /// <summary>
    /// Waits until the task has ended. All who wait with the same client share their looks at the server: one list serves them all. Short
    /// outages of the server and expired tickets do not end the waiting.
    /// </summary>
    /// <param name="options">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting at once; the task goes on unless the options say otherwise.</param>
    /// <returns>How it ended. Warnings are no failure unless the options say so.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public Task<TaskResult> WaitForCompletionAsync(TaskWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        new TaskWait(_tasks.Server, Upid, options ?? TaskWaitOptions.Default).RunAsync(_tasks.Watcher, cancellationToken);

    /// <inheritdoc cref="WaitForCompletionAsync(TaskWaitOptions?, CancellationToken)"/>
    public Task<TaskResult> WaitForCompletionAsync(CancellationToken cancellationToken) => WaitForCompletionAsync(null, cancellationToken);

    /// <summary>
    /// Waits on the calling thread until the task has ended. Short outages of the server and expired tickets do not end the waiting.
    /// </summary>
    /// <inheritdoc cref="WaitForCompletionAsync(TaskWaitOptions?, CancellationToken)"/>
    public TaskResult WaitForCompletion(TaskWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        new TaskWait(_tasks.Server, Upid, options ?? TaskWaitOptions.Default).Run(cancellationToken);

    /// <summary>Tells whether the task runs, or how it ended.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/tasks/{upid}/status</c>. Somebody else's tasks need <c>Sys.Audit</c> on <c>/system/tasks</c>.</remarks>
    /// <exception cref="ProxmoxNotFoundException">The server does not know the task.</exception>
    public Task<TaskInfo> GetStatusAsync(CancellationToken cancellationToken = default) => _tasks.Server.GetInfoAsync(Upid, cancellationToken);

    /// <inheritdoc cref="GetStatusAsync"/>
    public TaskInfo GetStatus(CancellationToken cancellationToken = default) => _tasks.Server.GetInfo(Upid, cancellationToken);

    /// <summary>Reads the log from its first line on, page by page.</summary>
    /// <param name="follow">
    /// True to go on until the task has ended and its last line was read, through short outages of the server; false to read what is there.
    /// </param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <remarks><c>GET /nodes/{node}/tasks/{upid}/log</c>. Somebody else's tasks need <c>Sys.Audit</c> on <c>/system/tasks</c>.</remarks>
    /// <exception cref="ProxmoxTaskWaitException">While following, the server could not be asked for too long.</exception>
    public IAsyncEnumerable<TaskLogLine> ReadLogAsync(bool follow = false, CancellationToken cancellationToken = default) =>
        new TaskLogStream(_tasks.Server, Upid, follow).ReadAsync(cancellationToken);

    /// <inheritdoc cref="ReadLogAsync"/>
    public IEnumerable<TaskLogLine> ReadLog(bool follow = false, CancellationToken cancellationToken = default) =>
        new TaskLogStream(_tasks.Server, Upid, follow).Read(cancellationToken);

    /// <summary>Reads the last lines of the log so far, oldest first.</summary>
    /// <param name="lines">How many lines at most.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The lines without their times; fewer if the log is shorter.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public Task<IReadOnlyList<string>> GetLogTailAsync(int lines = 10, CancellationToken cancellationToken = default) =>
        TaskLogTail.ReadAsync(_tasks.Server, Upid, lines, cancellationToken);

    /// <inheritdoc cref="GetLogTailAsync"/>
    public IReadOnlyList<string> GetLogTail(int lines = 10, CancellationToken cancellationToken = default) =>
        TaskLogTail.Read(_tasks.Server, Upid, lines, cancellationToken);

    /// <summary>
    /// Asks the task to stop. The server answers before the task has ended: wait for it to know when. A stopped task counts as failed; one that has ended
    /// already stays as it is.
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxPermissionException">The task is somebody else's, and the caller may not stop it.</exception>
    /// <remarks><c>DELETE /nodes/{node}/tasks/{upid}</c>. Somebody else's tasks need <c>Sys.Modify</c> on <c>/system/tasks</c>.</remarks>
    public Task StopAsync(CancellationToken cancellationToken = default) => _tasks.Server.StopAsync(Upid, cancellationToken);

    /// <inheritdoc cref="StopAsync"/>
    public void Stop(CancellationToken cancellationToken = default) => _tasks.Server.Stop(Upid, cancellationToken);

    /// <summary>Returns the identifier.</summary>
    public override string ToString() => Upid.ToString();
}
