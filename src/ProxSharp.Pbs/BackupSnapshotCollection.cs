using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The snapshots right in a namespace of a datastore.</summary>
public sealed class BackupSnapshotCollection
{
    private readonly Datastore _store;
    private readonly BackupNamespace _namespace;

    internal BackupSnapshotCollection(Datastore store, BackupNamespace ns) => (_store, _namespace) = (store, ns);

    /// <summary>A snapshot by group and time; nothing is sent.</summary>
    public BackupSnapshot this[BackupSnapshotPath path] => new(_store, _namespace, path);

    /// <summary>A snapshot by its path, for example <c>vm/100/2024-05-01T10:11:12Z</c>; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no snapshot.</exception>
    public BackupSnapshot this[string path] => new(_store, _namespace, BackupSnapshotPath.Parse(path, null));

    /// <summary>Lists the snapshots of all groups, newest first.</summary>
    /// <param name="type">Only those of a type; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/snapshots</c>. Needs <c>Datastore.Audit</c> on the namespace, or <c>Datastore.Backup</c> for groups of one's own; others
    /// are left out.
    /// </remarks>
    public async Task<IReadOnlyList<BackupSnapshotInfo>> ListAsync(BackupType? type = null, CancellationToken cancellationToken = default) =>
        BackupSnapshotInfo.ReadAll(
            await _store.Api.Snapshots.ListAsync(_store.Name.Value, Request(type), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false),
            _namespace);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<BackupSnapshotInfo> List(BackupType? type = null, CancellationToken cancellationToken = default) =>
        BackupSnapshotInfo.ReadAll(_store.Api.Snapshots.List(_store.Name.Value, Request(type), cancellationToken: cancellationToken).Data, _namespace);

    private AdminDatastoreSnapshotsListRequest Request(BackupType? type) =>
        new() { Ns = GroupTarget.Wire(_namespace), BackupType = type is { } only ? new BackupGroupType(only.ToString()) : null };
}
