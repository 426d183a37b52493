using System.Globalization;

namespace ProxSharp.Operations.Ledgers;

/// <summary>A line of the ledger is no entry.</summary>
internal sealed class TornLedgerException(LedgerLine[] before, Exception cause) : IOException(
    string.Create(
        CultureInfo.InvariantCulture,
        $"Line {before.Length + 1} of ledger.jsonl is no entry: it was torn, or something else was written there. There are {before.Length} entries before it."),
    cause)
{
    /// <summary>The entries before it.</summary>
    public LedgerLine[] Before { get; } = before;
}
