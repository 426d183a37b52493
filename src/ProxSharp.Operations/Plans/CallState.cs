namespace ProxSharp.Operations.Plans;

/// <summary>What the ledger knows of a call of a plan.</summary>
internal enum CallState
{
    /// <summary>It was not made.</summary>
    NotMade,

    /// <summary>It succeeded, its task included.</summary>
    Succeeded,

    /// <summary>The server refused it, or its task failed.</summary>
    Failed,

    /// <summary>It was sent, and nobody knows what became of it.</summary>
    Unknown,
}
