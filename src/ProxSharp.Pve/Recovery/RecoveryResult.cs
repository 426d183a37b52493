namespace ProxSharp.Pve.Recovery;

/// <summary>What was found out about a change whose answer was lost.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Evidence">What the server showed, in words.</param>
public sealed record RecoveryResult(RecoveredOutcome Outcome, string Evidence)
{
    /// <summary>The task that the change started; null if it starts none or none was found.</summary>
    public PveTask? Task { get; init; }

    /// <summary>The path of the object that the change created, changed or removed; null if the change is known by its task.</summary>
    public string? ObjectPath { get; init; }
}
