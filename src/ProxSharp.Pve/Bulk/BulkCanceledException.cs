namespace ProxSharp.Pve.Bulk;

/// <summary>Bulk work was cancelled. Guests whose turn had not come were left alone; the report tells what became of the others.</summary>
public sealed class BulkCanceledException : OperationCanceledException
{
    internal BulkCanceledException(BulkReport report, CancellationToken cancellationToken)
        : base($"The bulk work was cancelled. {report}.", cancellationToken) => Report = report;

    /// <summary>What became of each guest so far.</summary>
    public BulkReport Report { get; }
}
