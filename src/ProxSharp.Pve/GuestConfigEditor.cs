using ProxSharp.Ids;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>Reads and changes the configuration of a guest.</summary>
/// <typeparam name="TConfig">The type of the configuration.</typeparam>
public abstract class GuestConfigEditor<TConfig>
    where TConfig : GuestSettings, IGuestConfig<TConfig>
{
    private readonly Guest _owner;

    private protected GuestConfigEditor(Guest owner) => _owner = owner;

    /// <summary>Gets the configuration.</summary>
    /// <param name="options">Which state; null for the present one with pending changes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../config</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<TConfig> GetAsync(GuestConfigReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Convert(await ReadAsync(options ?? new GuestConfigReadOptions(), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetAsync"/>
    public TConfig Get(GuestConfigReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Convert(Read(options ?? new GuestConfigReadOptions(), cancellationToken));

    /// <summary>
    /// Reads the configuration, changes it, and sends what changed: new texts, removed options, and the digest, so that nobody else's change is lost.
    /// Nothing is sent if nothing changed. A disk that is left out is detached, never destroyed. The server may keep changes of a running guest pending.
    /// </summary>
    /// <param name="change">Makes the new configuration of the present one, with <c>with</c>. It may run more than once.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>What was sent.</returns>
    /// <remarks><c>PUT .../config</c>. Needs <c>VM.Audit</c> and, by option, <c>VM.Config.*</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ArgumentException">
    /// The new configuration was not made of the present one, or leaves out an unused volume: that would destroy it.
    /// </exception>
    /// <exception cref="ProxmoxConflictException">Somebody else changed the configuration meanwhile, or the guest is locked.</exception>
    public async Task<GuestConfigChanges> UpdateAsync(
        Func<TConfig, TConfig> change, GuestConfigUpdateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ConfigUpdate<TConfig> update = new(change, options);
        while (true)
        {
            GuestConfigChanges changes = update.Apply(await GetAsync(null, cancellationToken).ConfigureAwait(false));
            if (changes.IsEmpty)
            {
                return changes;
            }

            try
            {
                await WriteAsync(update.Writing(changes), cancellationToken).ConfigureAwait(false);
                return changes;
            }
            catch (ProxmoxConflictException exception) when (update.TriesAgain(exception))
            {
                // Read again and changed anew, in the next round.
            }
        }
    }

    /// <inheritdoc cref="UpdateAsync(Func{TConfig, TConfig}, GuestConfigUpdateOptions?, CancellationToken)"/>
    public GuestConfigChanges Update(Func<TConfig, TConfig> change, GuestConfigUpdateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ConfigUpdate<TConfig> update = new(change, options);
        while (true)
        {
            GuestConfigChanges changes = update.Apply(Get(null, cancellationToken));
            if (changes.IsEmpty)
            {
                return changes;
            }

            try
            {
                Write(update.Writing(changes), cancellationToken);
                return changes;
            }
            catch (ProxmoxConflictException exception) when (update.TriesAgain(exception))
            {
                // Read again and changed anew, in the next round.
            }
        }
    }

    /// <inheritdoc cref="UpdateAsync(Func{TConfig, TConfig}, GuestConfigUpdateOptions?, CancellationToken)"/>
    public Task<GuestConfigChanges> UpdateAsync(Func<TConfig, TConfig> change, CancellationToken cancellationToken) =>
        UpdateAsync(change, null, cancellationToken);

    /// <inheritdoc cref="UpdateAsync(Func{TConfig, TConfig}, GuestConfigUpdateOptions?, CancellationToken)"/>
    public GuestConfigChanges Update(Func<TConfig, TConfig> change, CancellationToken cancellationToken) => Update(change, null, cancellationToken);

    /// <summary>
    /// Removes options by their wire names, for example <c>net1</c> or <c>ide2</c>: they go back to their defaults. A disk is detached; an <c>unusedN</c>
    /// volume is destroyed.
    /// </summary>
    /// <param name="keys">The names.</param>
    /// <param name="digest">The digest of the configuration as last read: the call fails if it has changed since. Null does not check.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../config</c> with <c>delete</c>. Needs, by option, <c>VM.Config.*</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ArgumentException">There are no names.</exception>
    public Task DeleteKeysAsync(IReadOnlyCollection<string> keys, Digest? digest = null, CancellationToken cancellationToken = default) =>
        WriteAsync(ConfigWriting.Deleting(keys, digest), cancellationToken);

    /// <inheritdoc cref="DeleteKeysAsync"/>
    public void DeleteKeys(IReadOnlyCollection<string> keys, Digest? digest = null, CancellationToken cancellationToken = default) =>
        Write(ConfigWriting.Deleting(keys, digest), cancellationToken);

    /// <summary>Takes back changes that wait for the next start of the guest.</summary>
    /// <param name="keys">The wire names of the options.</param>
    /// <param name="digest">The digest of the configuration as last read: the call fails if it has changed since. Null does not check.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../config</c> with <c>revert</c>. Needs, by option, <c>VM.Config.*</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ArgumentException">There are no names.</exception>
    public Task RevertAsync(IReadOnlyCollection<string> keys, Digest? digest = null, CancellationToken cancellationToken = default) =>
        WriteAsync(ConfigWriting.Reverting(keys, digest), cancellationToken);

    /// <inheritdoc cref="RevertAsync"/>
    public void Revert(IReadOnlyCollection<string> keys, Digest? digest = null, CancellationToken cancellationToken = default) =>
        Write(ConfigWriting.Reverting(keys, digest), cancellationToken);

    /// <summary>Lists all options with the changes that wait for the next start of the guest; see <see cref="PendingOption.HasChange"/>.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../pending</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task<IReadOnlyList<PendingOption>> GetPendingAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetPendingAsync"/>
    public abstract IReadOnlyList<PendingOption> GetPending(CancellationToken cancellationToken = default);

    /// <summary>Returns whose configuration it is.</summary>
    public override string ToString() => $"configuration of {_owner}";

    private protected abstract Task<ConfigValues> ReadAsync(GuestConfigReadOptions options, CancellationToken cancellationToken);

    private protected abstract ConfigValues Read(GuestConfigReadOptions options, CancellationToken cancellationToken);

    private protected abstract Task WriteAsync(ConfigWriting writing, CancellationToken cancellationToken);

    private protected abstract void Write(ConfigWriting writing, CancellationToken cancellationToken);

    private static TConfig Convert(ConfigValues config) => TConfig.FromValues(config.Values, config.Digest);
}
