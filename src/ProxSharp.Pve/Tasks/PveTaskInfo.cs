using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pve.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tasks;

/// <summary>Reads what Proxmox VE says about tasks.</summary>
internal static class PveTaskInfo
{
    /// <summary>Reads the state out of an entry of a list.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="endTime">When it ended, as Unix time in seconds.</param>
    public static TaskState State(string? status, long? endTime)
    {
        // Proxmox: the lists of a node write RUNNING where the status of a task says "running"; the list of the cluster leaves the member out.
        bool isRunning = endTime is null && status is null or "RUNNING" or "running";
        return isRunning ? new TaskState(true) : new TaskState(false, status, WireTime.Read(endTime));
    }

    public static IEnumerable<TaskInfo> Read(IEnumerable<NodesTasksItem> items) =>
        items.Select(static item => Info(item.Upid, State(item.Status, item.EndTime))).OfType<TaskInfo>();

    public static IEnumerable<TaskInfo> Read(IEnumerable<ClusterTasksItem> items) =>
        items.Select(static item => Info(item.Upid, State(item.Status, item.EndTime))).OfType<TaskInfo>();

    private static TaskInfo? Info(string text, TaskState state) => Upid.TryParse(text, out Upid upid) ? state.Of(upid) : null;
}
