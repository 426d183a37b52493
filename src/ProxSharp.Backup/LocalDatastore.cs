using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>The directory of a datastore on this machine, read without a server: to list, verify and restore what it holds.</summary>
/// <example>
/// <code>
/// LocalDatastore store = new("/mnt/datastore/main");
/// await using SnapshotReader snapshot = await store.OpenSnapshotAsync(BackupSnapshotPath.Parse("host/web/2024-05-01T10:11:12Z"));
/// </code>
/// </example>
public sealed class LocalDatastore
{
    private const string NamespaceFolder = "ns";

    /// <summary>Takes the directory. Nothing is read yet.</summary>
    /// <param name="path">The directory that holds <c>.chunks</c> and the groups.</param>
    public LocalDatastore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Root = Path.TrimEndingDirectorySeparator(path);
        Chunks = new(Root);
    }

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>Its chunk store.</summary>
    public ChunkStoreDirectory Chunks { get; }

    /// <summary>All namespaces, the root first.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public IEnumerable<BackupNamespace> ListNamespaces() => ListNamespaces(BackupNamespace.Root);

    /// <summary>The snapshots of a namespace, by group and time. Those that were not finished are left out, those that cannot be read are not.</summary>
    /// <param name="backupNamespace">The namespace; the default is the root.</param>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public IReadOnlyList<BackupSnapshotPath> ListSnapshots(BackupNamespace backupNamespace = default)
    {
        List<BackupSnapshotPath> found = [];
        foreach (string type in Folders(Path.Combine(Root, backupNamespace.StorePath)).Where(static type => type != NamespaceFolder))
        {
            foreach (string id in Folders(Path.Combine(Root, backupNamespace.StorePath, type)))
            {
                string group = Path.Combine(Root, backupNamespace.StorePath, type, id);
                foreach (string time in Folders(group))
                {
                    // One that cannot be read is there all the same: opening it says why, and an older one is not taken in its place.
                    string manifest = Path.Combine(group, time, LocalSnapshotSource.ManifestName);
                    if ((Path.Exists(manifest) || PathKind.IsHidden(manifest)) && TryParse($"{type}/{id}", time, out BackupSnapshotPath snapshot))
                        found.Add(snapshot);
                }
            }
        }

        return [.. found.OrderBy(static snapshot => snapshot.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Opens a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="options">How to read, and the namespace; null for the defaults.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such snapshot, or it was not finished.</exception>
    /// <exception cref="Formats.BackupKeyException">The snapshot was made with a key that was not given, or with another one.</exception>
    /// <exception cref="ProxmoxProtocolException">The manifest is damaged, was changed, or belongs to another snapshot.</exception>
    public Task<SnapshotReader> OpenSnapshotAsync(
        BackupSnapshotPath snapshot,
        SnapshotOpenOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= SnapshotOpenOptions.Default;
        return SnapshotReader.OpenAsync(new LocalSnapshotSource(this, options.Namespace, snapshot), options, cancellationToken);
    }

    /// <inheritdoc cref="OpenSnapshotAsync"/>
    public SnapshotReader OpenSnapshot(BackupSnapshotPath snapshot, SnapshotOpenOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => OpenSnapshotAsync(snapshot, options, cancellationToken));

    // Listing a folder that cannot be looked at says why.
    private static IEnumerable<string> Folders(string path) => new DirectoryInfo(path) is var folder && (folder.Exists || PathKind.IsHidden(path))
        ? folder.EnumerateDirectories().Select(static inner => inner.Name).Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal)
        : [];

    private static bool TryParse(string group, string time, out BackupSnapshotPath snapshot) =>
        BackupSnapshotPath.TryParse($"{group}/{LocalSnapshotSource.RestoreColons(time)}", out snapshot);

    private IEnumerable<BackupNamespace> ListNamespaces(BackupNamespace parent)
    {
        yield return parent;
        foreach (string name in Folders(Path.Combine(Root, parent.StorePath, NamespaceFolder)))
        {
            if (!BackupNamespace.TryParse(parent.IsRoot ? name : $"{parent}/{name}", out BackupNamespace child))
                continue;
            foreach (BackupNamespace below in ListNamespaces(child))
                yield return below;
        }
    }
}
