using System.Globalization;

namespace ProxSharp.Pve.Agents;

/// <summary>What became of a program that was run inside a guest.</summary>
public sealed record AgentExecResult
{
    /// <summary>The number of the process inside the guest.</summary>
    public required long ProcessId { get; init; }

    /// <summary>False while it runs; then nothing else is set.</summary>
    public bool HasExited { get; init; }

    /// <summary>The exit code; null if it runs or was ended by a signal.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal, or on Windows the exception, that ended it; null if there was none.</summary>
    public int? Signal { get; init; }

    /// <summary>What it wrote to its standard output.</summary>
    public string Output { get; init; } = "";

    /// <summary>What it wrote to its standard error.</summary>
    public string Error { get; init; } = "";

    /// <summary>True if it wrote more to its standard output than the agent keeps (16 MiB).</summary>
    public bool IsOutputTruncated { get; init; }

    /// <summary>True if it wrote more to its standard error than the agent keeps (16 MiB).</summary>
    public bool IsErrorTruncated { get; init; }

    /// <summary>True if it has ended with exit code 0.</summary>
    public bool IsSuccess => HasExited && ExitCode == 0;

    /// <summary>Returns this result if the program succeeded.</summary>
    /// <exception cref="GuestCommandFailedException">It failed or still runs.</exception>
    public AgentExecResult EnsureSucceeded() => IsSuccess ? this : throw new GuestCommandFailedException(this);

    /// <summary>Returns how the program ended.</summary>
    public override string ToString() => !HasExited ? string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} is running")
        : Signal is { } signal ? string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} was ended by signal {signal}")
        : string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} ended with exit code {ExitCode}");
}
