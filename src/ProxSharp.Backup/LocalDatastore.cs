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

    /// <summary>All namespaces, the root first. Links among them are not followed.</summary>
    /// <param name="skipped">Told of each folder that cannot be looked into; the others are listed then. Null stops at the first.</param>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public IEnumerable<BackupNamespace> ListNamespaces(Action<Exception>? skipped = null) => ListNamespaces(BackupNamespace.Root, skipped);

    /// <summary>The snapshots of a namespace, by group and time. Those that were not finished are left out, those that cannot be read are not.</summary>
    /// <param name="backupNamespace">The namespace; the default is the root.</param>
    /// <param name="skipped">Told of each folder that cannot be looked into; what is in the others is listed then. Null stops at the first.</param>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public IReadOnlyList<BackupSnapshotPath> ListSnapshots(BackupNamespace backupNamespace = default, Action<Exception>? skipped = null)
    {
        List<BackupSnapshotPath> found = [];
        if (IsClosed(backupNamespace, skipped))
            return found;
        // What else lies there, such as lost+found, is none of its own.
        foreach (BackupType type in (ReadOnlySpan<BackupType>)[BackupType.Container, BackupType.Host, BackupType.Vm])
        {
            foreach (string id in Folders(Path.Combine(Root, backupNamespace.StorePath, type.ToString()), skipped))
            {
                if (BackupGroupPath.TryParse($"{type}/{id}", out BackupGroupPath group))
                    AddSnapshots(group, backupNamespace, skipped, found);
            }
        }

        return [.. found.OrderBy(static snapshot => snapshot.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The snapshots of a group, by time, as <see cref="ListSnapshots(BackupNamespace, Action{Exception})"/> tells them. No other group is looked at.</summary>
    /// <param name="group">The group.</param>
    /// <param name="backupNamespace">Its namespace; the default is the root.</param>
    /// <exception cref="IOException">The directory of the group cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public IReadOnlyList<BackupSnapshotPath> ListSnapshots(BackupGroupPath group, BackupNamespace backupNamespace = default)
    {
        List<BackupSnapshotPath> found = [];
        AddSnapshots(group, backupNamespace, null, found);
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
    private static string[] Folders(string path, Action<Exception>? skipped)
    {
        DirectoryInfo folder = new(path);
        if (!folder.Exists && !PathKind.IsHidden(path))
            return [];
        try
        {
            return [.. folder.EnumerateDirectories().Select(static inner => inner.Name).Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception problem) when (skipped is not null && problem is IOException or UnauthorizedAccessException)
        {
            skipped!(problem);
            return [];
        }
    }

    // A folder that may not be entered would be told for each that it may hold.
    private bool IsClosed(BackupNamespace backupNamespace, Action<Exception>? skipped)
    {
        string place = Path.Combine(Root, backupNamespace.StorePath);
        if (!PathKind.IsHidden($"{place}/."))
            return false;
        UnauthorizedAccessException problem = new($"Access to the path '{place}' is denied.");
        if (skipped is null)
            throw problem;
        skipped(problem);
        return true;
    }

    private void AddSnapshots(BackupGroupPath group, BackupNamespace backupNamespace, Action<Exception>? skipped, List<BackupSnapshotPath> found)
    {
        string place = Path.Combine(Root, backupNamespace.StorePath, group.ToString());
        foreach (string time in Folders(place, skipped))
        {
            // One that cannot be read is there all the same: opening it says why, and an older one is not taken in its place.
            string manifest = Path.Combine(place, time, LocalSnapshotSource.ManifestName);
            if ((Path.Exists(manifest) || PathKind.IsHidden(manifest))
                && BackupSnapshotPath.TryParse($"{group}/{LocalSnapshotSource.RestoreColons(time)}", out BackupSnapshotPath snapshot))
            {
                found.Add(snapshot);
            }
        }
    }

    private IEnumerable<BackupNamespace> ListNamespaces(BackupNamespace parent, Action<Exception>? skipped)
    {
        yield return parent;
        if (IsClosed(parent, skipped))
            yield break;
        foreach (string name in Folders(Path.Combine(Root, parent.StorePath, NamespaceFolder), skipped))
        {
            // A link may lead back to where it is: what it leads to is no namespace of its own.
            bool isLink = new DirectoryInfo(Path.Combine(Root, parent.StorePath, NamespaceFolder, name)).LinkTarget is not null;
            if (isLink || !BackupNamespace.TryParse(parent.IsRoot ? name : $"{parent}/{name}", out BackupNamespace child))
                continue;
            foreach (BackupNamespace below in ListNamespaces(child, skipped))
                yield return below;
        }
    }
}
