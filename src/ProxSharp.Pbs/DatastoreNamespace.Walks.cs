using System.Runtime.CompilerServices;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs;

/// <content>What goes through the namespace and all that are below it.</content>
public sealed partial class DatastoreNamespace
{
    /// <summary>
    /// Reads the snapshots of the namespace and of those below it one by one: namespace by namespace, the newest first in each. Namespaces that the caller may
    /// not read, or that vanish meanwhile, are passed over.
    /// </summary>
    /// <param name="filter">Which snapshots; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ProxmoxPermissionException">The caller may read none of the namespaces.</exception>
    /// <remarks>One call for the namespaces, and <c>GET /admin/datastore/{store}/snapshots</c> for each when the reader comes to it.</remarks>
    public async IAsyncEnumerable<BackupSnapshotInfo> ReadSnapshotsAsync(
        BackupSnapshotFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        filter ??= BackupSnapshotFilter.All;
        NamespaceWalk walk = new();
        foreach (NamespaceInfo ns in await Datastore.Namespaces.ListAsync(Path, filter.MaxDepth, cancellationToken).ConfigureAwait(false))
        {
            BackupSnapshotCollection snapshots = Datastore.Namespaces[ns.Namespace].Snapshots;
            foreach (BackupSnapshotInfo snapshot in await walk.VisitAsync(snapshots.ListAsync(filter.Type, cancellationToken)).ConfigureAwait(false))
            {
                if (filter.Includes(snapshot))
                {
                    yield return snapshot;
                }
            }
        }

        walk.Conclude();
    }

    /// <inheritdoc cref="ReadSnapshotsAsync"/>
    public IEnumerable<BackupSnapshotInfo> ReadSnapshots(BackupSnapshotFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= BackupSnapshotFilter.All;
        NamespaceWalk walk = new();
        foreach (NamespaceInfo ns in Datastore.Namespaces.List(Path, filter.MaxDepth, cancellationToken))
        {
            BackupSnapshotCollection snapshots = Datastore.Namespaces[ns.Namespace].Snapshots;
            foreach (BackupSnapshotInfo snapshot in walk.Visit(() => snapshots.List(filter.Type, cancellationToken)))
            {
                if (filter.Includes(snapshot))
                {
                    yield return snapshot;
                }
            }
        }

        walk.Conclude();
    }

    /// <summary>
    /// Tells which snapshots <see cref="PruneAsync"/> would keep and remove, and why, group by group. Nothing is removed. Namespaces that the caller may not
    /// read, and what vanishes meanwhile, are passed over.
    /// </summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="maxDepth">How many levels of namespaces below are included, 0 to 7; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>What is kept and what is removed, and why: group by group, the newest snapshot of each first.</returns>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <exception cref="ProxmoxPermissionException">The caller may read none of the namespaces, or may not prune one of the groups.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks>
    /// One call for the namespaces, one for each namespace, and one for each group. Needs what <see cref="PruneAsync"/> needs.
    /// </remarks>
    public async Task<IReadOnlyList<PruneDecision>> PreviewPruneAsync(
        RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default)
    {
        Checked(policy);
        NamespaceWalk walk = new();
        List<PruneDecision> decisions = [];
        foreach (NamespaceInfo ns in await Datastore.Namespaces.ListAsync(Path, maxDepth, cancellationToken).ConfigureAwait(false))
        {
            BackupGroupCollection groups = Datastore.Namespaces[ns.Namespace].Groups;
            foreach (BackupGroupInfo group in await walk.VisitAsync(groups.ListAsync(cancellationToken)).ConfigureAwait(false))
            {
                decisions.AddRange(await NamespaceWalk.OrNoneAsync(groups[group.Path].PreviewPruneAsync(policy, cancellationToken)).ConfigureAwait(false));
            }
        }

        walk.Conclude();
        return decisions;
    }

    /// <inheritdoc cref="PreviewPruneAsync"/>
    public IReadOnlyList<PruneDecision> PreviewPrune(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default)
    {
        Checked(policy);
        NamespaceWalk walk = new();
        List<PruneDecision> decisions = [];
        foreach (NamespaceInfo ns in Datastore.Namespaces.List(Path, maxDepth, cancellationToken))
        {
            BackupGroupCollection groups = Datastore.Namespaces[ns.Namespace].Groups;
            foreach (BackupGroupInfo group in walk.Visit(() => groups.List(cancellationToken)))
            {
                decisions.AddRange(NamespaceWalk.OrNone(() => groups[group.Path].PreviewPrune(policy, cancellationToken)));
            }
        }

        walk.Conclude();
        return decisions;
    }
}
