using ProxSharp.Pve.Agents;

namespace ProxSharp.Operations.Plans;

/// <summary>What came of one call.</summary>
/// <param name="Call">The call, secrets masked.</param>
/// <param name="LedgerNumber">
/// The number of its outcome in the ledger; 0 if it was not made because earlier ones had changed what it needs, or if its outcome could not be put on record.
/// </param>
/// <param name="Succeeded">True if it did, its task or program included.</param>
/// <param name="Upid">The task it started; null if none.</param>
/// <param name="Message">How it ended, in the server's words.</param>
public sealed record ApplyStep(string Call, long LedgerNumber, bool Succeeded, string? Upid, string Message)
{
    /// <summary>How the program ended that the call ran inside a guest, and what it wrote; null if it ran none, or that could not be read.</summary>
    public AgentExecResult? Program { get; init; }

    /// <summary>
    /// Why it failed: what the server refused, what could not be reached, the task that failed, what the guard refused or nobody could read after earlier calls
    /// were made, or that the ledger has no outcome of it. Null if it succeeded and is on record, or if it is its program that failed.
    /// </summary>
    public ProxmoxException? Fault { get; init; }

    /// <summary>
    /// What could not be read, or put on record, after the call was made: it is made all the same. Null if there is nothing to say.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>
    /// True if nobody knows how it ended: the answer did not come, or nobody could ask for the end of its task. It may have succeeded, or do so yet.
    /// </summary>
    public bool IsUnknown { get; init; }

    /// <summary>True if the call runs a program whose end nobody has seen: what follows it cannot rely on it.</summary>
    internal bool IsOpen { get; init; }
}
