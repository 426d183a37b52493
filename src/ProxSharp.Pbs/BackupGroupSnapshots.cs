using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The snapshots of a backup group.</summary>
public sealed class BackupGroupSnapshots
{
    private readonly BackupGroup _group;

    internal BackupGroupSnapshots(BackupGroup group) => _group = group;

    /// <summary>A snapshot by its time, to the second; nothing is sent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970.</exception>
    public BackupSnapshot this[DateTimeOffset time] => new(_group.Datastore, _group.Namespace, new BackupSnapshotPath(_group.Path, time));

    /// <summary>A snapshot by its time as paths have it, for example <c>2024-05-01T10:11:12Z</c>; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no time.</exception>
    public BackupSnapshot this[string time] => new(_group.Datastore, _group.Namespace, BackupSnapshotPath.Parse($"{_group.Path}/{time}", null));

    /// <summary>Lists the snapshots, newest first.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Empty if there is no such group.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks><c>GET /admin/datastore/{store}/snapshots</c>. Needs <c>Datastore.Audit</c> on the namespace, or <c>Datastore.Backup</c> for a group of one's
    /// own.</remarks>
    public async Task<IReadOnlyList<BackupSnapshotInfo>> ListAsync(CancellationToken cancellationToken = default) => BackupSnapshotInfo.ReadAll(
        await _group.Datastore.Api.Snapshots.ListAsync(_group.Datastore.Name.Value, Request(), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false),
        _group.Namespace);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<BackupSnapshotInfo> List(CancellationToken cancellationToken = default) => BackupSnapshotInfo.ReadAll(
        _group.Datastore.Api.Snapshots.List(_group.Datastore.Name.Value, Request(), cancellationToken: cancellationToken).Data, _group.Namespace);

    /// <summary>Finds the newest snapshot that is complete.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<BackupSnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken = default) =>
        Latest(await ListAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="FindLatestAsync"/>
    public BackupSnapshotInfo? FindLatest(CancellationToken cancellationToken = default) => Latest(List(cancellationToken));

    private static BackupSnapshotInfo? Latest(IEnumerable<BackupSnapshotInfo> newestFirst) =>
        newestFirst.FirstOrDefault(static snapshot => snapshot.IsComplete);

    private AdminDatastoreSnapshotsListRequest Request() => new() { Ns = _group.Target.Ns, BackupType = _group.Target.Type, BackupId = _group.Target.Id };
}
