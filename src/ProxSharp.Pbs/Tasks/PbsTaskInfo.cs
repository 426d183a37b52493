using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tasks;

/// <summary>Reads what Proxmox Backup Server says about tasks.</summary>
internal static class PbsTaskInfo
{
    /// <summary>Reads the state out of an entry of a list.</summary>
    public static TaskState State(NodesTasksItem item) => item.EndTime is null && string.IsNullOrEmpty(item.Status)
        ? new TaskState(true)
        : new TaskState(false, item.Status, WireTime.Read(item.EndTime));

    /// <summary>Reads a list; entries whose id cannot be read are left out.</summary>
    public static IEnumerable<TaskInfo> Read(IEnumerable<NodesTasksItem> items) =>
        items.Select(static item => Upid.TryParse(item.Upid, out Upid upid) ? State(item).Of(upid) : null).OfType<TaskInfo>();
}
