using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Firewall;

/// <summary>An IP set. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed class FirewallIpSet
{
    private readonly FirewallScope _scope;

    internal FirewallIpSet(FirewallScope scope, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_scope, Name) = (scope, name);
    }

    /// <summary>The name of the set.</summary>
    public string Name { get; }

    /// <summary>Lists the entries.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/ipset/{name}</c>.</remarks>
    public Task<IReadOnlyList<FirewallIpSetEntry>> ListAsync(CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.ListEntries, parameters => parameters.WithPath("name", Name), FirewallWire.Entries, cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<FirewallIpSetEntry> List(CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.ListEntries, parameters => parameters.WithPath("name", Name), FirewallWire.Entries, cancellationToken);

    /// <summary>Gets an entry.</summary>
    /// <param name="cidr">The address, network or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../firewall/ipset/{name}/{cidr}</c>.</remarks>
    public Task<FirewallIpSetEntry> GetAsync(string cidr, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.GetEntry, parameters => parameters.WithPath("name", Name).WithPath("cidr", cidr), FirewallWire.Entry, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public FirewallIpSetEntry Get(string cidr, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.GetEntry, parameters => parameters.WithPath("name", Name).WithPath("cidr", cidr), FirewallWire.Entry, cancellationToken);

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry. Its digest does not count.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../firewall/ipset/{name}</c>.</remarks>
    public Task AddAsync(FirewallIpSetEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _scope.SendAsync(_scope.Paths.AddEntry, parameters => Write(parameters, entry), cancellationToken);
    }

    /// <inheritdoc cref="AddAsync(FirewallIpSetEntry, CancellationToken)"/>
    public void Add(FirewallIpSetEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _scope.Send(_scope.Paths.AddEntry, parameters => Write(parameters, entry), cancellationToken);
    }

    /// <summary>Adds an address, network or alias.</summary>
    /// <param name="cidr">The address, network or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST .../firewall/ipset/{name}</c>.</remarks>
    public Task AddAsync(string cidr, CancellationToken cancellationToken = default) => AddAsync(new FirewallIpSetEntry { Cidr = cidr }, cancellationToken);

    /// <inheritdoc cref="AddAsync(string, CancellationToken)"/>
    public void Add(string cidr, CancellationToken cancellationToken = default) => Add(new FirewallIpSetEntry { Cidr = cidr }, cancellationToken);

    /// <summary>Changes an entry.</summary>
    /// <param name="entry">The entry as it shall be. Its digest, if it has one, makes sure that nobody else has changed the set.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../firewall/ipset/{name}/{cidr}</c>.</remarks>
    public Task UpdateAsync(FirewallIpSetEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _scope.SendAsync(_scope.Paths.UpdateEntry, parameters => WriteChange(parameters, entry), cancellationToken);
    }

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(FirewallIpSetEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _scope.Send(_scope.Paths.UpdateEntry, parameters => WriteChange(parameters, entry), cancellationToken);
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="cidr">The address, network or alias.</param>
    /// <param name="digest">The digest of the list as it was read: the call fails if it has changed since. Null does not look.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>DELETE .../firewall/ipset/{name}/{cidr}</c>.</remarks>
    public Task RemoveAsync(string cidr, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.SendAsync(_scope.Paths.DeleteEntry, parameters => FirewallWire.Add(parameters.WithPath("name", Name).WithPath("cidr", cidr), digest),
            cancellationToken);

    /// <inheritdoc cref="RemoveAsync"/>
    public void Remove(string cidr, Digest? digest = null, CancellationToken cancellationToken = default) =>
        _scope.Send(_scope.Paths.DeleteEntry, parameters => FirewallWire.Add(parameters.WithPath("name", Name).WithPath("cidr", cidr), digest),
            cancellationToken);

    /// <summary>Returns the set as rules name it.</summary>
    public override string ToString() => $"+{Name}";

    private void Write(ApiParameters parameters, FirewallIpSetEntry entry)
    {
        parameters.WithPath("name", Name).WithPath("cidr", entry.Cidr);
        parameters.Add("nomatch", entry.IsExcluded ? true : null);
        parameters.Add("comment", entry.Comment);
    }

    private void WriteChange(ApiParameters parameters, FirewallIpSetEntry entry)
    {
        parameters.WithPath("name", Name).WithPath("cidr", entry.Cidr);
        parameters.Add("nomatch", (bool?)entry.IsExcluded);
        parameters.Add("comment", entry.Comment ?? "");
        FirewallWire.Add(parameters, entry.Digest);
    }
}
