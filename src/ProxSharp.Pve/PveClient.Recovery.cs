using ProxSharp.Pve.Recovery;

namespace ProxSharp.Pve;

public sealed partial class PveClient
{
    /// <summary>
    /// Finds out what became of a change whose answer was lost: the task it started, or the object it created, changed or removed. Nothing is changed.
    /// </summary>
    /// <param name="lost">The failure of the change.</param>
    /// <param name="options">How long and how often to look; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="ProxmoxException">The server cannot be asked either.</exception>
    /// <example>
    /// <code>
    /// catch (ProxmoxOutcomeUnknownException lost)
    /// {
    ///     RecoveryResult found = await pve.RecoverAsync(lost);
    ///     PveTask? task = found.Outcome == RecoveredOutcome.DidNotHappen ? await vm.StartAsync() : found.Task;
    /// }
    /// </code>
    /// </example>
    public async Task<RecoveryResult> RecoverAsync(
        ProxmoxOutcomeUnknownException lost, RecoveryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lost);
        RecoverySearch search = new(this, lost, options ?? RecoveryOptions.Default);
        return await search.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RecoverAsync"/>
    public RecoveryResult Recover(ProxmoxOutcomeUnknownException lost, RecoveryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lost);
        return new RecoverySearch(this, lost, options ?? RecoveryOptions.Default).Run(cancellationToken);
    }
}
