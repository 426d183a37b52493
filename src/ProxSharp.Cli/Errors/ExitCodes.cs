namespace ProxSharp.Cli.Errors;

/// <summary>The exit codes; scripts rely on them.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Error = 1;
    public const int Usage = 2;
    public const int Connection = 3;
    public const int Authentication = 4;
    public const int NotFound = 5;
    public const int Conflict = 6;
    public const int Refused = 7;
    public const int ApprovalNeeded = 8;
    public const int TaskFailed = 9;
    public const int TaskWarnings = 10;
    public const int StillRunning = 11;

    // 128 and the number of the signal, as shells have it.
    public const int HungUp = 129;
    public const int Interrupted = 130;
    public const int Quit = 131;
    public const int Terminated = 143;

    /// <summary>The codes and their meaning as help shows them.</summary>
    public static readonly IReadOnlyList<CodeMeaning> All =
    [
        new(Success, "done"),
        new(Error, "any other error"),
        new(Usage, "wrong usage: unknown command, option, path or parameter, bad value"),
        new(Connection, "no connection: host, port, time-out or certificate"),
        new(Authentication, "not logged in, or a privilege is missing"),
        new(NotFound, "the object does not exist"),
        new(Conflict, "the object exists already, is locked or was changed meanwhile"),
        new(Refused, "refused by a rule of the context: read-only, protected tag"),
        new(ApprovalNeeded, "a confirmation is needed; the message names the option"),
        new(TaskFailed, "a task was started and failed"),
        new(TaskWarnings, "a task ended with warnings (with --fail-on-warnings)"),
        new(StillRunning, "the time for waiting is over, the task goes on (with --wait-timeout)"),
        new(Interrupted, "interrupted by Ctrl-C (129: the terminal was closed, 143: by SIGTERM)"),
    ];

    /// <summary>An exit code and what it means.</summary>
    internal sealed record CodeMeaning(int Code, string Meaning);
}
