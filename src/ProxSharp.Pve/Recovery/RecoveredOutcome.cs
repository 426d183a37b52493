namespace ProxSharp.Pve.Recovery;

/// <summary>What became of a change whose answer was lost.</summary>
public enum RecoveredOutcome
{
    /// <summary>The server shows no trace that would decide it. Look at the object by hand.</summary>
    Undetermined,

    /// <summary>The server carried it out, or is at it.</summary>
    Happened,

    /// <summary>The server did not carry it out: it may be sent again.</summary>
    DidNotHappen,
}
