using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Firewall;

/// <summary>The aliases of a firewall: names for addresses and networks.</summary>
public sealed class FirewallAliases
{
    private readonly FirewallScope _scope;

    internal FirewallAliases(FirewallScope scope) => _scope = scope;

    /// <summary>Lists the aliases.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/aliases</c>.</remarks>
    public Task<IReadOnlyList<FirewallAlias>> ListAsync(CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListAliases, null, FirewallWire.Aliases, cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<FirewallAlias> List(CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListAliases, null, FirewallWire.Aliases, cancellationToken);

    /// <summary>Gets an alias.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/aliases/{name}</c>.</remarks>
    public Task<FirewallAlias> GetAsync(string name, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.GetAlias, parameters => parameters.WithPath("name", name), FirewallWire.Alias, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public FirewallAlias Get(string name, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.GetAlias, parameters => parameters.WithPath("name", name), FirewallWire.Alias, cancellationToken);

    /// <summary>Creates an alias.</summary>
    /// <param name="alias">Its name, address and remark.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../firewall/aliases</c>.</remarks>
    public Task CreateAsync(FirewallAlias alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        return _scope.SendAsync(_scope.Paths.CreateAlias, parameters => Write(parameters, alias), cancellationToken);
    }

    /// <inheritdoc cref="CreateAsync"/>
    public void Create(FirewallAlias alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        _scope.Send(_scope.Paths.CreateAlias, parameters => Write(parameters, alias), cancellationToken);
    }

    /// <summary>Changes an alias.</summary>
    /// <param name="alias">The alias as it shall be, under its present name. Its digest, if it has one, makes sure that nobody else has changed
    /// the aliases.</param>
    /// <param name="newName">A new name; null keeps it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/aliases/{name}</c>.</remarks>
    public Task UpdateAsync(FirewallAlias alias, string? newName = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        return _scope.SendAsync(_scope.Paths.UpdateAlias, parameters => WriteChange(parameters, alias, newName), cancellationToken);
    }

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(FirewallAlias alias, string? newName = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        _scope.Send(_scope.Paths.UpdateAlias, parameters => WriteChange(parameters, alias, newName), cancellationToken);
    }

    /// <summary>Deletes an alias.</summary>
    /// <param name="name">The name.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE .../firewall/aliases/{name}</c>.</remarks>
    public Task DeleteAsync(string name, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.DeleteAlias, parameters => FirewallWire.Add(parameters.WithPath("name", name), digest), cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(string name, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.DeleteAlias, parameters => FirewallWire.Add(parameters.WithPath("name", name), digest), cancellationToken);

    private static void Write(ApiParameters parameters, FirewallAlias alias)
    {
        parameters.Add("name", alias.Name);
        parameters.Add("cidr", alias.Cidr);
        parameters.Add("comment", alias.Comment);
    }

    private static void WriteChange(ApiParameters parameters, FirewallAlias alias, string? newName)
    {
        Write(parameters, alias);
        parameters.Add("rename", newName);
        FirewallWire.Add(parameters, alias.Digest);
    }
}
