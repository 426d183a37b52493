using System.CommandLine;

namespace ProxSharp.Cli.Commands;

/// <summary>What the commands share that may start a task.</summary>
internal static class TaskCalls
{
    /// <summary>The paragraph in their help.</summary>
    public const string Details =
        "Many calls start a task and answer at once with its identifier (UPID). With --wait the command follows the task's log on standard "
        + "error and ends when the task does, with exit code 9 if it failed. \"prox api describe\" tells which calls do. "
        + "A call that loses data or cannot be taken back asks for the name of its object at a terminal; without one it needs --yes and else ends "
        + "with exit code 8.";

    /// <summary>Makes the option <c>--wait</c>.</summary>
    public static Option<bool> Option() => new("--wait") { Description = "Follow the task that the call starts until it ends" };
}
