using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Firewall;

/// <summary>The firewall of a virtual network. Its rules are of the type <see cref="FirewallRuleType.Forward"/> and of groups.</summary>
public sealed class VnetFirewall
{
    private readonly PveClient _client;
    private readonly string _vnet;

    internal VnetFirewall(PveClient client, string vnet)
    {
        ArgumentException.ThrowIfNullOrEmpty(vnet);
        (_client, _vnet) = (client, vnet);
        Rules = new FirewallRules(new FixedScope(client, FirewallPaths.Vnet, "vnet", vnet));
    }

    /// <summary>The rules.</summary>
    public FirewallRules Rules { get; }

    /// <summary>Gets the options. What is not set has its default.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/sdn/vnets/{vnet}/firewall/options</c>. Needs <c>SDN.Audit</c> or <c>SDN.Allocate</c> on the vnet.</remarks>
    public Task<ClusterSdnVnetsFirewallOptionsResult> GetOptionsAsync(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Sdn.Vnets.Firewall.Options.GetAsync(_vnet, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetOptionsAsync"/>
    public ClusterSdnVnetsFirewallOptionsResult GetOptions(CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Sdn.Vnets.Firewall.Options.Get(_vnet, cancellationToken: cancellationToken).Data;

    /// <summary>Changes options.</summary>
    /// <param name="request">What to set and what to remove; the rest stays.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /cluster/sdn/vnets/{vnet}/firewall/options</c>. Needs <c>SDN.Allocate</c> on the vnet.</remarks>
    public Task UpdateOptionsAsync(ClusterSdnVnetsFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Sdn.Vnets.Firewall.Options.UpdateAsync(_vnet, request, cancellationToken: cancellationToken);

    /// <inheritdoc cref="UpdateOptionsAsync"/>
    public void UpdateOptions(ClusterSdnVnetsFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Sdn.Vnets.Firewall.Options.Update(_vnet, request, cancellationToken: cancellationToken);
}
