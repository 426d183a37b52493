namespace ProxSharp.Operations.Ledgers;

/// <summary>What an examination of a ledger found.</summary>
/// <param name="Entries">How many entries are sound, from the first on.</param>
/// <param name="Fault">What is wrong after them; null if nothing is.</param>
public sealed record LedgerVerdict(long Entries, string? Fault)
{
    /// <summary>True if every entry is as it was written, in its order, and none is missing.</summary>
    public bool IsSound => Fault is null;
}
