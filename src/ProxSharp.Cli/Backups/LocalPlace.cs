using ProxSharp.Backup;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace in the directory of a datastore, without a server.</summary>
internal sealed class LocalPlace(BackupEnvironment environment, LocalDatastore store, BackupNamespace folder) : SnapshotPlace(environment, folder)
{
    /// <summary>The snapshots that were finished, by group and time.</summary>
    public IReadOnlyList<BackupSnapshotPath> Snapshots => store.ListSnapshots(Namespace);

    private SnapshotOpenOptions Peeking => new() { Namespace = Namespace, AllowMissingKey = true };

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
        OpenToldAsync(snapshot, Peeking, cancellationToken);

    /// <inheritdoc/>
    public override string Describe() => Namespace.IsRoot ? store.Root : $"{store.Root}:{Namespace}";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<BackupSnapshotPath>> ListFinishedAsync(BackupGroupPath group, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BackupSnapshotPath>>([.. Snapshots.Where(snapshot => snapshot.Group == group).Reverse()]);

    /// <inheritdoc/>
    protected override async Task<bool> IsDamagedAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotReader reader = await OpenAsync(snapshot, Peeking, cancellationToken).ConfigureAwait(false);
            await reader.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        catch (ProxmoxProtocolException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    protected override Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken) =>
        store.OpenSnapshotAsync(snapshot, options, cancellationToken);
}
