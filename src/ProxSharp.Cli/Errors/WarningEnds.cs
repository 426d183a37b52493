using System.Globalization;

namespace ProxSharp.Cli.Errors;

/// <summary>The end of commands whose work was done, with warnings, where somebody wants to hear of them by the exit code.</summary>
internal static class WarningEnds
{
    /// <summary>Returns the code of a command that is done, or ends it with that of warnings.</summary>
    /// <param name="isFailure">True if there were warnings, and they are to count.</param>
    /// <param name="hint">Where they are told.</param>
    /// <exception cref="CliException">They count.</exception>
    public static int Settle(bool isFailure, string hint) => !isFailure ? ExitCodes.Success : throw new CliException(new CliError
    {
        Code = "task_warnings",
        ExitCode = ExitCodes.TaskWarnings,
        Message = "It was done, with warnings",
        Hint = hint,
    });

    /// <summary>The same for tasks, whose logs tell the warnings.</summary>
    /// <param name="isFailure">True if warnings are to count.</param>
    /// <param name="upids">The tasks that ended with some.</param>
    /// <exception cref="CliException">They count, and there are such tasks.</exception>
    public static int Settle(bool isFailure, IReadOnlyList<string> upids) => Settle(
        isFailure && upids.Count > 0,
        upids is [{ } first, ..]
            ? $"See them with: prox task log {first}{(upids.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", and those of {upids.Count - 1} more tasks"))}"
            : "");
}
