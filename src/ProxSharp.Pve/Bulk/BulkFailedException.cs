namespace ProxSharp.Pve.Bulk;

/// <summary>Bulk work failed for some of its guests.</summary>
public sealed class BulkFailedException : ProxmoxException
{
    private const int Shown = 3;

    /// <summary>Creates the exception.</summary>
    /// <param name="report">What became of the guests.</param>
    public BulkFailedException(BulkReport report)
        : base(Compose(report), report.Failures.FirstOrDefault()?.Error) => Report = report;

    /// <summary>What became of each guest.</summary>
    public BulkReport Report { get; }

    private static string Compose(BulkReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        BulkItem[] failed = [.. report.Failures];
        string more = failed.Length > Shown ? FormattableString.Invariant($"; {failed.Length - Shown} more") : "";
        int left = report.Count(BulkOutcome.NotStarted);
        string rest = left > 0 ? FormattableString.Invariant($" {left} guests were not started.") : "";
        return FormattableString.Invariant($"Unable to {report.Action} {failed.Length} of {report.Items.Count} guests: ")
            + $"{string.Join("; ", failed.Take(Shown).Select(static item => $"{item.Guest}: {item.Error?.Message.TrimEnd('.')}"))}{more}.{rest}";
    }
}
