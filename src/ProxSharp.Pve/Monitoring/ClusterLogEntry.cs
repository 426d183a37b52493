using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Monitoring;

/// <summary>An entry of the cluster log: logins, starts and ends of tasks, changes.</summary>
public sealed record ClusterLogEntry
{
    internal ClusterLogEntry(ClusterLogItem item)
    {
        (Id, Node, User, Program, Message) = (item.Id, item.Node, item.User, item.Tag, item.Msg);
        (ProcessId, Priority, Time) = (item.Pid, (int)item.Pri, WireTime.ReadOrEpoch(item.Time));
    }

    /// <summary>What tells the entry from all others.</summary>
    public string Id { get; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The node that wrote it.</summary>
    public string Node { get; }

    /// <summary>The user who caused it.</summary>
    public string User { get; }

    /// <summary>The program that wrote it.</summary>
    public string Program { get; }

    /// <summary>The process that wrote it.</summary>
    public long ProcessId { get; }

    /// <summary>Its priority as syslog counts: 0 is the worst, 3 an error, 6 for information.</summary>
    public int Priority { get; }

    /// <summary>The text.</summary>
    public string Message { get; }
}
