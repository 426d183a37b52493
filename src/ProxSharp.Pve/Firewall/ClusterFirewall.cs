using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Firewall;

/// <summary>The firewall of the cluster: what holds for all nodes, and what rules everywhere may refer to.</summary>
public sealed class ClusterFirewall
{
    private readonly PveClient _client;
    private readonly FixedScope _scope;

    internal ClusterFirewall(PveClient client) => (_client, _scope) = (client, new FixedScope(client, FirewallPaths.Cluster));

    /// <summary>The rules.</summary>
    public FirewallRules Rules => new(_scope);

    /// <summary>The security groups.</summary>
    public FirewallGroups Groups => new(_client);

    /// <summary>The aliases.</summary>
    public FirewallAliases Aliases => new(_scope);

    /// <summary>The IP sets.</summary>
    public FirewallIpSets IpSets => new(_scope);

    /// <summary>Gets the options. What is not set has its default.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/firewall/options</c>. Needs <c>Sys.Audit</c> on <c>/</c>.</remarks>
    public Task<ClusterFirewallOptionsResult> GetOptionsAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Options.GetAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetOptionsAsync"/>
    public ClusterFirewallOptionsResult GetOptions(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Options.Get(cancellationToken: cancellationToken).Data;

    /// <summary>Changes options.</summary>
    /// <param name="request">What to set and what to remove; the rest stays.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /cluster/firewall/options</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task UpdateOptionsAsync(ClusterFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Options.UpdateAsync(request, cancellationToken: cancellationToken);

    /// <inheritdoc cref="UpdateOptionsAsync"/>
    public void UpdateOptions(ClusterFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Options.Update(request, cancellationToken: cancellationToken);

    /// <summary>Lists the predefined services that rules may name.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/firewall/macros</c>. For every user who is logged in.</remarks>
    public Task<IReadOnlyList<ClusterFirewallMacrosItem>> ListMacrosAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.ListMacrosAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListMacrosAsync"/>
    public IReadOnlyList<ClusterFirewallMacrosItem> ListMacros(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.ListMacros(cancellationToken: cancellationToken).Data;

    /// <summary>Lists the aliases and IP sets that rules may name.</summary>
    /// <param name="type">Only one kind; null lists both.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/firewall/refs</c>. Needs <c>Sys.Audit</c> on <c>/</c>.</remarks>
    public Task<IReadOnlyList<FirewallRefsItem>> ListReferencesAsync(FirewallRefType? type = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.ListRefsAsync(new ClusterFirewallListRefsRequest { Type = type }, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListReferencesAsync"/>
    public IReadOnlyList<FirewallRefsItem> ListReferences(FirewallRefType? type = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.ListRefs(new ClusterFirewallListRefsRequest { Type = type }, cancellationToken: cancellationToken).Data;
}
