using ProxSharp.Backup;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace in the directory of a datastore, without a server.</summary>
internal sealed class LocalPlace(BackupEnvironment environment, LocalDatastore store, BackupNamespace folder) : SnapshotPlace(environment, folder)
{
    /// <summary>The snapshots that were finished, by group and time.</summary>
    public IReadOnlyList<BackupSnapshotPath> Snapshots => store.ListSnapshots(Namespace);

    /// <summary>Who owns a group; null if nothing says so.</summary>
    public string? FindOwner(BackupGroupPath group)
    {
        string path = Path.Combine(store.Root, Namespace.StorePath, group.Type.ToString(), group.Id, "owner");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <inheritdoc/>
    protected override string VerifyOption => $"--store-directory {store.Root}";

    /// <summary>Opens a snapshot to list its files, whether there is a key or not.</summary>
    public Task<SnapshotReader> PeekAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken) =>
        OpenAsync(snapshot, new SnapshotOpenOptions { Namespace = Namespace, AllowMissingKey = true }, cancellationToken);

    /// <inheritdoc/>
    public override string Describe() => Namespace.IsRoot ? store.Root : $"{store.Root}:{Namespace}";

    /// <inheritdoc/>
    protected override Task<BackupSnapshotPath?> FindLatestAsync(BackupGroupPath group, CancellationToken cancellationToken)
    {
        BackupSnapshotPath[] all = [.. Snapshots.Where(snapshot => snapshot.Group == group)];
        return Task.FromResult(all.Length == 0 ? default(BackupSnapshotPath?) : all[^1]);
    }

    /// <inheritdoc/>
    protected override async Task<SnapshotReader> OpenAsync(
        BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenSnapshotAsync(snapshot, options, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxProtocolException damage)
        {
            throw SnapshotDamage.Unreadable(snapshot, VerifyOption, damage);
        }
    }
}
