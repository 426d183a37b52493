using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Area">What it is about.</param>
/// <param name="State">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Fix">What to do about it; empty if there is nothing to do.</param>
internal sealed record Finding(string Area, FindingState State, string Text, string Fix = "")
{
    /// <summary>The exit code of a failure.</summary>
    public int ExitCode { get; init; } = ExitCodes.Error;
}
