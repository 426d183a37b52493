using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve.Firewall;

/// <summary>The firewall of a node.</summary>
public sealed class NodeFirewall
{
    private readonly Node _node;
    private readonly FixedScope _scope;

    internal NodeFirewall(Node node) => (_node, _scope) = (node, new FixedScope(node.Client, FirewallPaths.Node, "node", node.Name.Value));

    /// <summary>The rules.</summary>
    public FirewallRules Rules => new(_scope);

    /// <summary>Gets the options. What is not set has its default.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/firewall/options</c>. Needs <c>Sys.Audit</c> on <c>/nodes/{node}</c>.</remarks>
    public Task<NodesFirewallOptionsResult> GetOptionsAsync(CancellationToken cancellationToken = default) =>
        _node.Client.Api.Nodes.Firewall.Options.GetAsync(_node.Name.Value, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetOptionsAsync"/>
    public NodesFirewallOptionsResult GetOptions(CancellationToken cancellationToken = default) =>
        _node.Client.Api.Nodes.Firewall.Options.Get(_node.Name.Value, cancellationToken: cancellationToken).Data;

    /// <summary>Changes options.</summary>
    /// <param name="request">What to set and what to remove; the rest stays.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /nodes/{node}/firewall/options</c>. Needs <c>Sys.Modify</c> on <c>/nodes/{node}</c>.</remarks>
    public Task UpdateOptionsAsync(NodesFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _node.Client.Api.Nodes.Firewall.Options.UpdateAsync(_node.Name.Value, request, cancellationToken: cancellationToken);

    /// <inheritdoc cref="UpdateOptionsAsync"/>
    public void UpdateOptions(NodesFirewallOptionsUpdateRequest request, CancellationToken cancellationToken = default) =>
        _node.Client.Api.Nodes.Firewall.Options.Update(_node.Name.Value, request, cancellationToken: cancellationToken);

    /// <summary>Reads lines of the log.</summary>
    /// <param name="options">Which lines; null reads the first ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/firewall/log</c>. Needs <c>Sys.Syslog</c> on <c>/nodes/{node}</c>.</remarks>
    public Task<IReadOnlyList<LogLine>> ListLogAsync(FirewallLogOptions? options = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListLog, options is null ? null : options.WriteTo, FirewallWire.Log, cancellationToken);

    /// <inheritdoc cref="ListLogAsync"/>
    public IReadOnlyList<LogLine> ListLog(FirewallLogOptions? options = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListLog, options is null ? null : options.WriteTo, FirewallWire.Log, cancellationToken);
}
