using System.Text.Json;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>What became of a guest.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Action">What was done: <c>start</c>.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record GuestRow(GuestSummary Guest, string Action, BulkOutcome Outcome)
{
    /// <summary>The task; null if there was none.</summary>
    public string? Upid { get; init; }

    /// <summary>How the task ended; null if there was none, or nobody waited.</summary>
    public string? ExitStatus { get; init; }

    /// <summary>Why it was skipped or failed; null if it was not.</summary>
    public string? Message { get; init; }

    /// <summary>True if it may have been carried out although an error came back.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>What the server answered; null if nothing.</summary>
    public JsonElement? Result { get; init; }
}
