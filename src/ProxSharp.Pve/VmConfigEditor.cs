using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>Reads and changes the configuration of a virtual machine.</summary>
/// <example><code>await vm.Config.UpdateAsync(c => c with { Cores = 4, Memory = 8192, Net = c.Net.Set(0, c.Net[0] with { Tag = 7 }) });</code></example>
public sealed class VmConfigEditor : GuestConfigEditor<VmConfig>
{
    // Read as texts: the typed result would not keep them exactly.
    private static readonly ApiOperation s_get = new(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/config");

    private readonly Vm _owner;

    internal VmConfigEditor(Vm owner)
        : base(owner) => _owner = owner;

    /// <summary>
    /// Like <see cref="GuestConfigEditor{TConfig}.UpdateAsync(Func{TConfig, TConfig}, GuestConfigUpdateOptions?, CancellationToken)"/>, but the server
    /// works in a task: for changes that may take longer than the 30 s a call may, such as new disks.
    /// </summary>
    /// <param name="change">Makes the new configuration of the present one, with <c>with</c>. It may run more than once.</param>
    /// <param name="wait">How long the server waits for the end of the task before it answers, 1 to 30 s; null does not wait.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task; null if nothing changed, or if the work was done within the waiting time.</returns>
    /// <remarks><c>POST .../config</c>. Needs <c>VM.Audit</c> and, by option, <c>VM.Config.*</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ProxmoxConflictException">Somebody else changed the configuration meanwhile, or the VM is locked.</exception>
    public async Task<PveTask?> StartUpdateAsync(
        Func<VmConfig, VmConfig> change, TimeSpan? wait = null, GuestConfigUpdateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ConfigUpdate<VmConfig> update = new(change, options);
        while (true)
        {
            GuestConfigChanges changes = update.Apply(await GetAsync(null, cancellationToken).ConfigureAwait(false));
            if (changes.IsEmpty)
            {
                return null;
            }

            try
            {
                NodesQemuConfigStartUpdateRequest request = StartRequest(update.Writing(changes), wait);
                string? upid = await _owner.CallAsync(
                    "change the configuration of",
                    (node, call) => _owner.Api.Config.StartUpdateAsync(node, _owner.Id.Value, request, call, cancellationToken),
                    cancellationToken)
                    .ConfigureAwait(false);
                return upid is null ? null : _owner.Client.Tasks[upid];
            }
            catch (ProxmoxConflictException exception) when (update.TriesAgain(exception))
            {
                // Read again and changed anew, in the next round.
            }
        }
    }

    /// <inheritdoc cref="StartUpdateAsync"/>
    public PveTask? StartUpdate(
        Func<VmConfig, VmConfig> change, TimeSpan? wait = null, GuestConfigUpdateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ConfigUpdate<VmConfig> update = new(change, options);
        while (true)
        {
            GuestConfigChanges changes = update.Apply(Get(null, cancellationToken));
            if (changes.IsEmpty)
            {
                return null;
            }

            try
            {
                NodesQemuConfigStartUpdateRequest request = StartRequest(update.Writing(changes), wait);
                string? upid = _owner.Call(
                    "change the configuration of",
                    (node, call) => _owner.Api.Config.StartUpdate(node, _owner.Id.Value, request, call, cancellationToken),
                    cancellationToken);
                return upid is null ? null : _owner.Client.Tasks[upid];
            }
            catch (ProxmoxConflictException exception) when (update.TriesAgain(exception))
            {
                // Read again and changed anew, in the next round.
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<PendingOption>> GetPendingAsync(CancellationToken cancellationToken = default) =>
        PendingOption.Of(await _owner.CallAsync(
            "read the pending changes of", (node, call) => _owner.Api.ListPendingAsync(node, _owner.Id.Value, call, cancellationToken), cancellationToken)
            .ConfigureAwait(false));

    /// <inheritdoc/>
    public override IReadOnlyList<PendingOption> GetPending(CancellationToken cancellationToken = default) => PendingOption.Of(_owner.Call(
        "read the pending changes of", (node, call) => _owner.Api.ListPending(node, _owner.Id.Value, call, cancellationToken), cancellationToken));

    private protected override Task<ConfigValues> ReadAsync(GuestConfigReadOptions options, CancellationToken cancellationToken) => _owner.CallAsync(
        "read the configuration of",
        (node, call) => _owner.Client.Connection.SendAsync(s_get, Reading(node, options), ApiReaders.Object<ConfigValues>, call, cancellationToken),
        cancellationToken);

    private protected override ConfigValues Read(GuestConfigReadOptions options, CancellationToken cancellationToken) => _owner.Call(
        "read the configuration of",
        (node, call) => _owner.Client.Connection.Send(s_get, Reading(node, options), ApiReaders.Object<ConfigValues>, call, cancellationToken),
        cancellationToken);

    private protected override Task WriteAsync(ConfigWriting writing, CancellationToken cancellationToken) => _owner.CallAsync(
        "change the configuration of",
        (node, call) => _owner.Api.Config.UpdateAsync(node, _owner.Id.Value, Request(writing), call, cancellationToken),
        cancellationToken);

    private protected override void Write(ConfigWriting writing, CancellationToken cancellationToken) => _owner.Call(
        "change the configuration of",
        (node, call) => _owner.Api.Config.Update(node, _owner.Id.Value, Request(writing), call, cancellationToken),
        cancellationToken);

    private static NodesQemuConfigUpdateRequest Request(ConfigWriting writing) => new()
    {
        Extra = writing.Set,
        Delete = writing.Delete,
        Revert = writing.Revert,
        Digest = writing.Digest,
        Skiplock = OptionCheck.Flag(writing.SkipLock),
    };

    private static NodesQemuConfigStartUpdateRequest StartRequest(ConfigWriting writing, TimeSpan? wait) => new()
    {
        Extra = writing.Set,
        Delete = writing.Delete,
        Digest = writing.Digest,
        Skiplock = OptionCheck.Flag(writing.SkipLock),
        BackgroundDelay = OptionCheck.Seconds(wait),
    };

    private ApiParameters Reading(string node, GuestConfigReadOptions options) =>
        new ApiParameters().WithPath("node", node).WithPath("vmid", _owner.Id.Value)
            .With(new NodesQemuConfigGetRequest { Current = OptionCheck.Flag(options.Current), Snapshot = options.Snapshot });
}
