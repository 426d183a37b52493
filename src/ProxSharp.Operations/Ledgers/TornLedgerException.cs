using System.Globalization;

namespace ProxSharp.Operations.Ledgers;

/// <summary>A line of the ledger is no entry, or its last one has no end.</summary>
internal sealed class TornLedgerException : IOException
{
    /// <param name="before">The entries before the line.</param>
    /// <param name="cause">Why it is none.</param>
    public TornLedgerException(LedgerLine[] before, Exception cause)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Line {before.Length + 1} of ledger.jsonl is no entry: it was torn, or something else was written there. There are {before.Length} entries before it."),
            cause) => Before = before;

    /// <summary>The last line has no end: what is written behind it would make it no entry any more.</summary>
    /// <param name="lines">All lines.</param>
    public TornLedgerException(LedgerLine[] lines)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"Line {lines.Length} of ledger.jsonl does not end with a line feed: the end of the file was cut off, and an entry behind it would spoil it.")) => Before = lines;

    /// <summary>The entries before it.</summary>
    public LedgerLine[] Before { get; }
}
