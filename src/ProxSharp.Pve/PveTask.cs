using ProxSharp.Ids;

namespace ProxSharp.Pve;

/// <summary>A task that a Proxmox VE node runs in the background.</summary>
public sealed class PveTask
{
    private readonly PveTasks _tasks;

    internal PveTask(PveTasks tasks, Upid upid) => (_tasks, Upid) = (tasks, upid);

    /// <summary>The identifier the server gave this task; enough to find it again later.</summary>
    public Upid Upid { get; }

    /// <summary>Returns the identifier.</summary>
    public override string ToString() => Upid.ToString();
}
