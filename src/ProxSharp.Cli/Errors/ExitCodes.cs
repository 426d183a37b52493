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
    public const int TaskFailed = 9;
    public const int Interrupted = 130;

    /// <summary>The codes and their meaning as help shows them.</summary>
    public static readonly IReadOnlyList<(int Code, string Meaning)> All =
    [
        (Success, "done"),
        (Error, "any other error"),
        (Usage, "wrong usage: unknown command, option, path or parameter, bad value"),
        (Connection, "no connection: host, port, time-out or certificate"),
        (Authentication, "not logged in, or a privilege is missing"),
        (NotFound, "the object does not exist"),
        (Conflict, "the object exists already, is locked or was changed meanwhile"),
        (TaskFailed, "a task was started and failed (with --wait)"),
        (Interrupted, "interrupted by Ctrl-C"),
    ];
}
