using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary>What an interrupted run leaves behind, for programs: they get it as one error when it ends.</summary>
internal sealed class InterruptedRun
{
    private readonly Lock _gate = new();
    private CliError? _error;

    /// <summary>True if a program waits for a result of the run, and not just for its end.</summary>
    public bool OwesResult { get; set; }

    /// <summary>The error with all that was told; null if nothing was, and no result is missing.</summary>
    public CliError? Error
    {
        get
        {
            lock (_gate)
            {
                return _error ?? (OwesResult ? New("Interrupted before there was a result") : null);
            }
        }
    }

    /// <summary>Takes something in.</summary>
    /// <param name="left">What is left, and how to go on.</param>
    public void Add(InterruptedNote left)
    {
        lock (_gate)
        {
            CliError error = _error ?? New("");
            error = error with
            {
                Message = error.Message.Length > 0 ? $"{error.Message}. {left.What}" : left.What,
                Upid = error.Upid ?? left.Upid,
                OutcomeUnknown = error.OutcomeUnknown || left.IsUncertain,
            };
            _error = left.Next is { } next ? error.Advise(next) : error;
        }
    }

    private static CliError New(string message) => new() { Code = "interrupted", ExitCode = ExitCodes.Interrupted, Message = message };
}
