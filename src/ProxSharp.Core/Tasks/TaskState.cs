using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>What a server says about a task's end, whichever call told it.</summary>
/// <param name="IsRunning">True while it runs.</param>
/// <param name="ExitStatus">How it ended; null while it runs or if the server does not know yet.</param>
/// <param name="Ended">When it ended; null if the call does not tell.</param>
internal readonly record struct TaskState(bool IsRunning, string? ExitStatus = null, DateTimeOffset? Ended = null)
{
    /// <summary>Puts the task and its state together.</summary>
    public TaskInfo Of(Upid upid) => new() { Upid = upid, IsRunning = IsRunning, ExitStatus = ExitStatus, Ended = Ended };
}
