using ProxSharp.Pve.Agents;

namespace ProxSharp.Operations.Plans;

/// <summary>What came of one call.</summary>
/// <param name="Call">The call, secrets masked.</param>
/// <param name="LedgerNumber">The number of its outcome in the ledger; 0 if the guard refused it after earlier calls were made.</param>
/// <param name="Succeeded">True if it did, its task or program included.</param>
/// <param name="Upid">The task it started; null if none.</param>
/// <param name="Message">How it ended, in the server's words.</param>
public sealed record ApplyStep(string Call, long LedgerNumber, bool Succeeded, string? Upid, string Message)
{
    /// <summary>How the program ended that the call ran inside a guest, and what it wrote; null if it ran none, or that could not be read.</summary>
    public AgentExecResult? Program { get; init; }

    /// <summary>
    /// Why it failed: what the server refused, what could not be reached, the task that failed, or what the guard refused after earlier calls were made. Null
    /// if it succeeded, or if it is its program that failed.
    /// </summary>
    public ProxmoxException? Fault { get; init; }

    /// <summary>True if the call runs a program whose end nobody has seen: what follows it cannot rely on it.</summary>
    internal bool IsOpen { get; init; }
}
