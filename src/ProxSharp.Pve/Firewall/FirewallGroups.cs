using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Firewall;

/// <summary>The security groups of a cluster: lists of rules that rules of other scopes apply by name.</summary>
public sealed class FirewallGroups
{
    private readonly PveClient _client;

    internal FirewallGroups(PveClient client) => _client = client;

    /// <summary>A group by its name; nothing is sent.</summary>
    public FirewallGroup this[string name] => new(_client, name);

    /// <summary>Lists the groups.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/firewall/groups</c>. For every user who is logged in.</remarks>
    public async Task<IReadOnlyList<FirewallGroupInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        Read(await _client.Api.Cluster.Firewall.Groups.ListAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<FirewallGroupInfo> List(CancellationToken cancellationToken = default) =>
        Read(_client.Api.Cluster.Firewall.Groups.List(cancellationToken: cancellationToken).Data);

    /// <summary>Creates a group without rules.</summary>
    /// <param name="name">The name, 2 to 18 characters.</param>
    /// <param name="comment">A remark.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /cluster/firewall/groups</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task CreateAsync(string name, string? comment = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.CreateAsync(
            new ClusterFirewallGroupsCreateRequest { Group = name, Comment = comment }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="CreateAsync"/>
    public void Create(string name, string? comment = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.Create(
            new ClusterFirewallGroupsCreateRequest { Group = name, Comment = comment }, cancellationToken: cancellationToken);

    /// <summary>Renames a group or changes its remark. Rules that apply it keep the old name.</summary>
    /// <param name="name">The present name.</param>
    /// <param name="newName">The new name; the same to change only the remark.</param>
    /// <param name="comment">The new remark; null keeps it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /cluster/firewall/groups</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task UpdateAsync(string name, string newName, string? comment = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.CreateAsync(Rename(name, newName, comment), cancellationToken: cancellationToken);

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(string name, string newName, string? comment = null, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.Create(Rename(name, newName, comment), cancellationToken: cancellationToken);

    /// <summary>Deletes a group, which must have no rules.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE /cluster/firewall/groups/{group}</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.DeleteAsync(name, cancellationToken: cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(string name, CancellationToken cancellationToken = default) =>
        _client.Api.Cluster.Firewall.Groups.Delete(name, cancellationToken: cancellationToken);

    // Proxmox: creating with the old name beside renames.
    private static ClusterFirewallGroupsCreateRequest Rename(string name, string newName, string? comment) =>
        new() { Group = newName, Rename = name, Comment = comment };

    private static IReadOnlyList<FirewallGroupInfo> Read(IReadOnlyList<ClusterFirewallGroupsItem> items) =>
        [.. items.Select(static item => new FirewallGroupInfo(item.Group, item.Comment, Digest.TryParse(item.Digest, out Digest digest) ? digest : null))];
}
