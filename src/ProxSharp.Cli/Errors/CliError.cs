using System.Collections.ObjectModel;

namespace ProxSharp.Cli.Errors;

/// <summary>One failure as the user sees it: what happened and why, and what to do next.</summary>
internal sealed record CliError
{
    /// <summary>The next step where a value is empty that names something.</summary>
    public const string EmptyVariable = "Name it: an empty shell variable is often the reason.";

    /// <summary>A stable word for programs.</summary>
    public required string Code { get; init; }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public required int ExitCode { get; init; }

    /// <summary>What happened and why, in one line.</summary>
    public required string Message { get; init; }

    /// <summary>The next step; null if there is none to name.</summary>
    public string? Hint { get; init; }

    /// <summary>True if the same command may succeed later.</summary>
    public bool IsRetryable { get; init; }

    /// <summary>True if the change may have been carried out although an error came back.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>The status code of the server's answer; null if none came.</summary>
    public int? Status { get; init; }

    /// <summary>The complaint for each bad parameter.</summary>
    public IReadOnlyDictionary<string, string> ParameterErrors { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The missing privilege; null if that is not the reason.</summary>
    public string? Privilege { get; init; }

    /// <summary>The access-control path of the missing privilege.</summary>
    public string? PrivilegePath { get; init; }

    /// <summary>The task that failed.</summary>
    public string? Upid { get; init; }

    /// <summary>The last lines of the failed task's log.</summary>
    public IReadOnlyList<string> LogTail { get; init; } = [];

    /// <summary>What the run warned of before it failed; only programs get it here.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What has to be given in addition, as it is typed: <c>--yes</c>, <c>--max 3</c>; a missing privilege with its path: <c>VM.Audit on /vms</c>.</summary>
    public IReadOnlyList<string> Need { get; init; } = [];

    /// <summary>What is gone although the whole did not go: snapshots of a group.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>What is left of it.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>The node it happened on; null if that does not matter.</summary>
    public string? Node { get; init; }

    /// <summary>Adds a further step, or a remark, behind the hint.</summary>
    public CliError Advise(string more) => this with { Hint = Hint is { Length: > 0 } hint ? $"{hint.TrimEnd('.')}. {more}" : more };

    /// <summary>Makes the error for a command line that makes no sense.</summary>
    public static CliError Usage(string message, string? hint = null) =>
        new() { Code = "usage", ExitCode = ExitCodes.Usage, Message = message, Hint = hint };
}
