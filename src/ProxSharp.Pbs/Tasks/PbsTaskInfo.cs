using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tasks;

/// <summary>Reads what Proxmox Backup Server says about tasks.</summary>
internal static class PbsTaskInfo
{
    /// <summary>Reads the state out of an entry of a list.</summary>
    public static TaskState State(NodesTasksItem item) => item.EndTime is null && string.IsNullOrEmpty(item.Status)
        ? new TaskState(true)
        : new TaskState(false, item.Status, item.EndTime is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) : null);

    /// <summary>Reads a list; entries whose id cannot be read are left out.</summary>
    public static IEnumerable<TaskInfo> Read(IEnumerable<NodesTasksItem> items) =>
        items.Select(static item => Upid.TryParse(item.Upid, out Upid upid) ? Read(upid, State(item)) : null).OfType<TaskInfo>();

    /// <summary>Puts a task and its state together.</summary>
    public static TaskInfo Read(Upid upid, TaskState state) =>
        new() { Upid = upid, IsRunning = state.IsRunning, ExitStatus = state.ExitStatus, Ended = state.Ended };
}
