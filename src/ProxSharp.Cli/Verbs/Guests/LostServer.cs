using ProxSharp.Pve.Bulk;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>
/// Tells when a server has been out of reach for so long that what is left of a run is not tried any more: hundreds of guests would each wait for it in vain.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="patience">How long the server is waited for.</param>
internal sealed class LostServer(TimeProvider time, TimeSpan patience)
{
    /// <summary>What is said of a guest that is not tried any more.</summary>
    public const string NotTried = "not tried: the server is out of reach";

    private readonly Lock _gate = new();
    private long? _silentSince;

    /// <summary>True once the server counts as lost; that stays so.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Takes note of what became of a guest.</summary>
    /// <param name="item">The guest.</param>
    /// <param name="began">When its turn came, as a timestamp of the clock.</param>
    public void Note(BulkItem item, long began)
    {
        if (item.Outcome is BulkOutcome.Skipped or BulkOutcome.NotStarted || item.Error is OperationCanceledException)
        {
            return;
        }

        lock (_gate)
        {
            if (!IsOutage(item.Error))
            {
                _silentSince = null;
                return;
            }

            // Who waited for a task has been patient already; calls that fail at once are counted from the first of them.
            _silentSince ??= began;
            IsLost |= item.Error is ProxmoxTaskWaitException { TimedOut: false } || time.GetElapsedTime(_silentSince.Value) >= patience;
        }
    }

    // A node that does not answer the server it is asked through is another matter: that is an answer.
    private static bool IsOutage(Exception? failure) => failure switch
    {
        null => false,
        ProxmoxConnectionException connection => !connection.IsCertificateProblem,
        _ => IsOutage(failure.InnerException),
    };
}
