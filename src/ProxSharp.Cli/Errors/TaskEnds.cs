using ProxSharp.Cli.Commands;
using ProxSharp.Operations.Text;

namespace ProxSharp.Cli.Errors;

/// <summary>What a task's end says about what it was for: gone, or there already, is another thing for a script than failed. Pure.</summary>
internal static class TaskEnds
{
    private const string Missing = " does not exist";

    /// <summary>Returns the error for a task that failed, with the code of its reason where that is known.</summary>
    /// <param name="error">The error as that of any task.</param>
    /// <param name="upid">The task.</param>
    /// <param name="end">What it ended with.</param>
    public static CliError Settle(CliError error, string upid, string end)
    {
        // UPID:node:pid:pstart:starttime:type:id:user:
        if (upid.Split(':') is not [_, _, _, _, _, { } type, { } id, ..])
        {
            return error;
        }

        string noun = type.StartsWith("vz", StringComparison.Ordinal) ? "ct" : "vm";
        return type switch
        {
            "qmdelsnapshot" or "qmrollback" or "vzdelsnapshot" or "vzrollback" when Says(end, "snapshot '", Missing) =>
                Gone(error, $"See which there are: {PrintedCommands.Of(noun, "snapshot", "list", id)}"),
            "resize" when Says(end, "disk '", Missing) => Gone(
                error, $"See which there are: {PrintedCommands.Of("vm", "config", id)} (of a container {PrintedCommands.Of("ct", "config", id)})"),
            "qmsnapshot" or "vzsnapshot" when Says(end, "snapshot name '", " already used") => error with
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Hint = $"Choose another name, or delete that one first: {PrintedCommands.Of(noun, "snapshot", "list", id)}",
            },
            _ => OfLock(error, end),
        };
    }

    // Who repeats it when the lock is gone finds what was there before.
    private static CliError OfLock(CliError error, string end) => TaskEndText.AdviceOnLock(end) is { } advice
        ? error with { Code = "conflict", ExitCode = ExitCodes.Conflict, IsRetryable = true, Hint = ServerAdvice.Plain(advice) }
        : error;

    private static CliError Gone(CliError error, string hint) => error with { Code = "not_found", ExitCode = ExitCodes.NotFound, Hint = hint };

    private static bool Says(string end, string start, string rest) =>
        end.StartsWith(start, StringComparison.Ordinal) && end.TrimEnd().EndsWith(rest, StringComparison.Ordinal);
}
