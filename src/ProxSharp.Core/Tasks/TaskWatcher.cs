using System.Collections.Concurrent;

namespace ProxSharp.Tasks;

/// <summary>Looks at all tasks of a cluster that somebody waits for: one list of each node serves all who wait for tasks there.</summary>
internal sealed class TaskWatcher(TaskServer server)
{
    private readonly ConcurrentDictionary<string, NodeWatch> _nodes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits until a task has ended.</summary>
    /// <param name="tracker">The wait; the watcher tells it what it sees.</param>
    /// <param name="cancellationToken">Stops the waiting at once.</param>
    /// <exception cref="ProxmoxTaskWaitException">The tracker gave up.</exception>
    public Task<TaskState> WatchAsync(TaskTracker tracker, CancellationToken cancellationToken)
    {
        NodeWatch node = _nodes.GetOrAdd(tracker.Upid.Node, static (name, server) => new NodeWatch(server, name), server);
        return node.WatchAsync(tracker, cancellationToken);
    }
}
