using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The backup groups right in a namespace of a datastore.</summary>
public sealed class BackupGroupCollection
{
    private readonly Datastore _store;
    private readonly BackupNamespace _namespace;

    internal BackupGroupCollection(Datastore store, BackupNamespace ns) => (_store, _namespace) = (store, ns);

    /// <summary>A group by type and id; nothing is sent.</summary>
    public BackupGroup this[BackupGroupPath path] => new(_store, _namespace, path);

    /// <summary>A group by its path, for example <c>vm/100</c>; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no group.</exception>
    public BackupGroup this[string path] => new(_store, _namespace, BackupGroupPath.Parse(path, null));

    /// <summary>Lists the groups, sorted by path.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/groups</c>. Needs <c>Datastore.Audit</c> on the namespace, or <c>Datastore.Backup</c> for groups of one's own; others
    /// are left out.
    /// </remarks>
    public async Task<IReadOnlyList<BackupGroupInfo>> ListAsync(CancellationToken cancellationToken = default) => BackupGroupInfo.ReadAll(
        await _store.Api.Groups.ListAsync(_store.Name.Value, Request(), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false), _namespace);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<BackupGroupInfo> List(CancellationToken cancellationToken = default) =>
        BackupGroupInfo.ReadAll(_store.Api.Groups.List(_store.Name.Value, Request(), cancellationToken: cancellationToken).Data, _namespace);

    private AdminDatastoreGroupsListRequest? Request() => _namespace.IsRoot ? null : new() { Ns = GroupTarget.Wire(_namespace) };
}
