using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve.Firewall;

/// <summary>The firewall of a virtual machine or container. It works only on network interfaces that have the firewall switched on.</summary>
public sealed class GuestFirewall
{
    private static readonly ApiReader<FirewallOptionsResult> s_options = ApiReaders.Object<FirewallOptionsResult>;
    private static readonly ApiReader<IReadOnlyList<FirewallRefsItem>> s_references = ApiReaders.Objects<FirewallRefsItem>;

    private readonly GuestScope _scope;

    internal GuestFirewall(Guest guest) => _scope = new GuestScope(guest);

    /// <summary>The rules.</summary>
    public FirewallRules Rules => new(_scope);

    /// <summary>The aliases that only rules of this guest may name.</summary>
    public FirewallAliases Aliases => new(_scope);

    /// <summary>
    /// The IP sets that only rules of this guest may name, and those that limit the addresses of its interfaces (<c>ipfilter-net0</c>).
    /// </summary>
    public FirewallIpSets IpSets => new(_scope);

    /// <summary>Gets the options. What is not set has its default.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/{qemu|lxc}/{vmid}/firewall/options</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<FirewallOptionsResult> GetOptionsAsync(CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.GetOptions, null, s_options, cancellationToken);

    /// <inheritdoc cref="GetOptionsAsync"/>
    public FirewallOptionsResult GetOptions(CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.GetOptions, null, s_options, cancellationToken);

    /// <summary>Changes options.</summary>
    /// <param name="request">What to set and what to remove; the rest stays.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /nodes/{node}/{qemu|lxc}/{vmid}/firewall/options</c>. Needs <c>VM.Config.Network</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task UpdateOptionsAsync(GuestFirewallOptionsUpdate request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _scope.SendAsync(_scope.Paths.UpdateOptions, request.WriteTo, cancellationToken);
    }

    /// <inheritdoc cref="UpdateOptionsAsync"/>
    public void UpdateOptions(GuestFirewallOptionsUpdate request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _scope.Send(_scope.Paths.UpdateOptions, request.WriteTo, cancellationToken);
    }

    /// <summary>Lists the aliases and IP sets that rules of the guest may name, those of the cluster among them.</summary>
    /// <param name="type">Only one kind; null lists both.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/{qemu|lxc}/{vmid}/firewall/refs</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IReadOnlyList<FirewallRefsItem>> ListReferencesAsync(FirewallRefType? type = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListReferences, parameters => parameters.Add("type", type), s_references, cancellationToken);

    /// <inheritdoc cref="ListReferencesAsync"/>
    public IReadOnlyList<FirewallRefsItem> ListReferences(FirewallRefType? type = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListReferences, parameters => parameters.Add("type", type), s_references, cancellationToken);

    /// <summary>Reads lines of the log.</summary>
    /// <param name="options">Which lines; null reads the first ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/{qemu|lxc}/{vmid}/firewall/log</c>. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IReadOnlyList<LogLine>> ListLogAsync(FirewallLogOptions? options = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListLog, options is null ? null : options.WriteTo, FirewallWire.Log, cancellationToken);

    /// <inheritdoc cref="ListLogAsync"/>
    public IReadOnlyList<LogLine> ListLog(FirewallLogOptions? options = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListLog, options is null ? null : options.WriteTo, FirewallWire.Log, cancellationToken);
}
