using ProxSharp.Backup;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A namespace in the directory of a datastore, without a server.</summary>
internal sealed class LocalPlace(BackupEnvironment environment, LocalDatastore store, BackupNamespace folder) : SnapshotPlace(environment, folder)
{
    /// <summary>The snapshots that were finished, by group and time.</summary>
    public IReadOnlyList<BackupSnapshotPath> Snapshots => store.ListSnapshots(Namespace);

    /// <summary>This namespace and all below it.</summary>
    public IEnumerable<LocalPlace> Tree => store.ListNamespaces()
        .Where(inner => Namespace.IsRoot || inner == Namespace || inner.ToString().StartsWith($"{Namespace}/", StringComparison.Ordinal))
        .Select(inner => new LocalPlace(Environment, store, inner) { Reading = Reading });

    private SnapshotOpenOptions Peeking => new() { Namespace = Namespace, AllowMissingKey = true };

    /// <summary>Who owns a group; null if nothing says so.</summary>
    public string? FindOwner(BackupGroupPath group)
    {
        string path = Path.Combine(store.Root, Namespace.StorePath, group.Type.ToString(), group.Id, "owner");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <inheritdoc/>
    protected override string VerifyOption => Option;

    /// <inheritdoc/>
    public override string Option => $"--store-directory {store.Root}";

    /// <summary>Opens a snapshot to list its files, whether there is a key or not.</summary>
    public Task<SnapshotReader> PeekAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken) =>
        OpenToldAsync(snapshot, Peeking, cancellationToken);

    /// <inheritdoc/>
    public override string Describe() => Namespace.IsRoot ? store.Root : $"{store.Root}:{Namespace}";

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<(BackupSnapshotPath Path, bool IsFinished)>> ListAsync(
        BackupGroupPath group, CancellationToken cancellationToken)
    {
        HashSet<BackupSnapshotPath> finished = [.. Snapshots.Where(snapshot => snapshot.Group == group)];
        IEnumerable<BackupSnapshotPath> all = finished.Union(ListFolders(group)).OrderByDescending(static snapshot => snapshot.Time);
        return Task.FromResult<IReadOnlyList<(BackupSnapshotPath Path, bool IsFinished)>>([.. all.Select(one => (one, finished.Contains(one)))]);
    }

    private IEnumerable<BackupSnapshotPath> ListFolders(BackupGroupPath group)
    {
        string folder = Path.Combine(store.Root, Namespace.StorePath, group.Type.ToString(), group.Id);
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
        {
            // Copies on file systems that cannot hold colons are without them.
            string name = Path.GetFileName(path);
            string time = name.Length == 18 ? $"{name[..13]}:{name[13..15]}:{name[15..]}" : name;
            if (BackupSnapshotPath.TryParse($"{group}/{time}", out BackupSnapshotPath snapshot))
            {
                yield return snapshot;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task<bool> IsDamagedAsync(BackupSnapshotPath snapshot, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotReader reader = await OpenAsync(snapshot, Peeking, cancellationToken).ConfigureAwait(false);
            await reader.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        catch (Exception problem) when (problem is ProxmoxProtocolException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    protected override Task<SnapshotReader> OpenAsync(BackupSnapshotPath snapshot, SnapshotOpenOptions options, CancellationToken cancellationToken) =>
        store.OpenSnapshotAsync(snapshot, options, cancellationToken);
}
