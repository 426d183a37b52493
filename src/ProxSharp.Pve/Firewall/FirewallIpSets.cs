using ProxSharp.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>The IP sets of a firewall. A rule names one with a leading plus sign.</summary>
public sealed class FirewallIpSets
{
    private readonly FirewallScope _scope;

    internal FirewallIpSets(FirewallScope scope) => _scope = scope;

    /// <summary>A set by its name; nothing is sent.</summary>
    public FirewallIpSet this[string name] => new(_scope, name);

    /// <summary>Lists the sets.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/ipset</c>.</remarks>
    public Task<IReadOnlyList<FirewallIpSetInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListSets, null, FirewallWire.Sets, cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<FirewallIpSetInfo> List(CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListSets, null, FirewallWire.Sets, cancellationToken);

    /// <summary>Creates an empty set.</summary>
    /// <param name="name">The name, 2 to 64 characters.</param>
    /// <param name="comment">A remark.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../firewall/ipset</c>.</remarks>
    public Task CreateAsync(string name, string? comment = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.CreateSet, parameters => Write(parameters, name, null, comment), cancellationToken);

    /// <inheritdoc cref="CreateAsync"/>
    public void Create(string name, string? comment = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.CreateSet, parameters => Write(parameters, name, null, comment), cancellationToken);

    /// <summary>Renames a set or changes its remark.</summary>
    /// <param name="name">The present name.</param>
    /// <param name="newName">The new name; the same to change only the remark.</param>
    /// <param name="comment">The new remark; null keeps it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../firewall/ipset</c>.</remarks>
    public Task UpdateAsync(string name, string newName, string? comment = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.CreateSet, parameters => Write(parameters, newName, name, comment), cancellationToken);

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(string name, string newName, string? comment = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.CreateSet, parameters => Write(parameters, newName, name, comment), cancellationToken);

    /// <summary>Deletes a set.</summary>
    /// <param name="name">The name.</param>
    /// <param name="withEntries">Whether a set that has entries is deleted too; otherwise the server refuses. Default: false.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE .../firewall/ipset/{name}</c>.</remarks>
    public Task DeleteAsync(string name, bool withEntries = false, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.DeleteSet, parameters => parameters.WithPath("name", name).Add("force", withEntries ? true : null), cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(string name, bool withEntries = false, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.DeleteSet, parameters => parameters.WithPath("name", name).Add("force", withEntries ? true : null), cancellationToken);

    // Proxmox: creating with the old name beside renames.
    private static void Write(ApiParameters parameters, string name, string? oldName, string? comment)
    {
        parameters.Add("name", name);
        parameters.Add("rename", oldName);
        parameters.Add("comment", comment);
    }
}
