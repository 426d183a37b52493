using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>One action with many guests: with limits per node and in all, an outcome for each guest, progress, and a dry run.</summary>
/// <example>
/// <code>
/// BulkReport report = await pve.Bulk.RunAsync("@pool-production status=stopped", BulkAction.Start(), new BulkOptions { MaxPerNode = 2 });
/// foreach (BulkItem item in report.Failures)
/// {
///     Console.WriteLine(item);
/// }
/// </code>
/// </example>
public sealed class PveBulk
{
    private readonly PveClient _client;

    internal PveBulk(PveClient client) => _client = client;

    /// <summary>Does an action with the guests that a selection chooses. Names are those of now: see <see cref="GuestCollection.ListForAsync"/>.</summary>
    /// <param name="selection">Which guests: words as <see cref="GuestSelector"/> describes them.</param>
    /// <param name="action">What is done with each.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Starts no further action; the options say what becomes of those that run.</param>
    /// <returns>What became of each guest. Failures are reported, not thrown: see <see cref="BulkReport.EnsureSucceeded"/>.</returns>
    /// <exception cref="FormatException">The selection is wrong.</exception>
    /// <exception cref="ArgumentException">An exclusion fits no guest; nothing was started.</exception>
    /// <exception cref="ProxmoxException">The list of guests cannot be read; nothing was started.</exception>
    /// <exception cref="BulkCanceledException">The work was cancelled; the exception holds the report.</exception>
    public Task<BulkReport> RunAsync(string selection, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(GuestSelector.Parse(selection, null), action, options, cancellationToken);

    /// <summary>Does an action with the guests that a selection chooses. All tasks that run are looked at in turn, on the calling thread.</summary>
    /// <inheritdoc cref="RunAsync(string, BulkAction, BulkOptions?, CancellationToken)"/>
    /// <exception cref="ArgumentException">The action has no synchronous form.</exception>
    public BulkReport Run(string selection, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default) =>
        Run(GuestSelector.Parse(selection, null), action, options, cancellationToken);

    /// <inheritdoc cref="RunAsync(string, BulkAction, BulkOptions?, CancellationToken)"/>
    public async Task<BulkReport> RunAsync(
        GuestSelector selection, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(action);
        BulkPlaces places = new(_client);
        IReadOnlyList<GuestSummary> all = await _client.Guests.ListForAsync(selection, cancellationToken: cancellationToken).ConfigureAwait(false);
        places.Take(all);
        BulkRun run = new(_client, Checked(selection.Select(all)), action, options ?? BulkOptions.Default, places);
        return await run.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="Run(string, BulkAction, BulkOptions?, CancellationToken)"/>
    public BulkReport Run(GuestSelector selection, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        CheckSynchronous(action);
        BulkPlaces places = new(_client);
        IReadOnlyList<GuestSummary> all = _client.Guests.ListFor(selection, cancellationToken: cancellationToken);
        places.Take(all);
        return new BulkRun(_client, Checked(selection.Select(all)), action, options ?? BulkOptions.Default, places).Run(cancellationToken);
    }

    /// <summary>Does an action with guests of a list.</summary>
    /// <param name="guests">The guests; each is taken once.</param>
    /// <param name="action">What is done with each.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Starts no further action; the options say what becomes of those that run.</param>
    /// <returns>What became of each guest. Failures are reported, not thrown: see <see cref="BulkReport.EnsureSucceeded"/>.</returns>
    /// <exception cref="BulkCanceledException">The work was cancelled; the exception holds the report.</exception>
    public Task<BulkReport> RunAsync(
        IEnumerable<GuestSummary> guests, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new BulkRun(_client, Selection(guests), action, options ?? BulkOptions.Default, new BulkPlaces(_client)).RunAsync(cancellationToken);
    }

    /// <summary>Does an action with guests of a list. All tasks that run are looked at in turn, on the calling thread.</summary>
    /// <param name="guests">The guests; each is taken once.</param>
    /// <param name="action">What is done with each.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Starts no further action; the options say what becomes of those that run.</param>
    /// <returns>What became of each guest. Failures are reported, not thrown: see <see cref="BulkReport.EnsureSucceeded"/>.</returns>
    /// <exception cref="BulkCanceledException">The work was cancelled; the exception holds the report.</exception>
    /// <exception cref="ArgumentException">The action has no synchronous form.</exception>
    public BulkReport Run(IEnumerable<GuestSummary> guests, BulkAction action, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckSynchronous(action);
        return new BulkRun(_client, Selection(guests), action, options ?? BulkOptions.Default, new BulkPlaces(_client)).Run(cancellationToken);
    }

    // An exclusion that excludes nothing is a slip of the pen, and what it was to protect would be among the chosen.
    private static GuestSelection Checked(GuestSelection selection) =>
        selection.Unmatched.FirstOrDefault(static word => word.StartsWith('-')) is { } slip
            ? throw new ArgumentException($"The exclusion '{slip}' fits no guest: nothing was done. Correct it or leave it out.", nameof(selection))
            : selection;

    private static GuestSelection Selection(IEnumerable<GuestSummary> guests)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return new GuestSelection([.. guests.DistinctBy(static guest => guest.Id)], []);
    }

    private static void CheckSynchronous(BulkAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (!action.IsSynchronous)
        {
            throw new ArgumentException($"The action '{action.Name}' has no synchronous form.", nameof(action));
        }
    }
}
