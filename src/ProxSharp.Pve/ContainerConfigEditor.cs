using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>Reads and changes the configuration of a container.</summary>
/// <example><code>await container.Config.UpdateAsync(c => c with { Cores = 4, Memory = 8192, Net = c.Net.Set(0, c.Net[0] with { Tag = 7 }) });</code></example>
public sealed class ContainerConfigEditor : GuestConfigEditor<ContainerConfig>
{
    // Read as texts: the typed result would not keep them exactly.
    private static readonly ApiOperation s_get = new(ApiMethod.Get, "/nodes/{node}/lxc/{vmid}/config");

    private readonly Container _owner;

    internal ContainerConfigEditor(Container owner)
        : base(owner) => _owner = owner;

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

    private static NodesLxcConfigUpdateRequest Request(ConfigWriting writing)
    {
        OptionCheck.Refuse(writing.SkipLock, nameof(GuestConfigUpdateOptions.SkipLock), "VMs");
        return new NodesLxcConfigUpdateRequest { Extra = writing.Set, Delete = writing.Delete, Revert = writing.Revert, Digest = writing.Digest };
    }

    private ApiParameters Reading(string node, GuestConfigReadOptions options) =>
        new ApiParameters().WithPath("node", node).WithPath("vmid", _owner.Id.Value)
            .With(new NodesLxcConfigGetRequest { Current = OptionCheck.Flag(options.Current), Snapshot = options.Snapshot });
}
