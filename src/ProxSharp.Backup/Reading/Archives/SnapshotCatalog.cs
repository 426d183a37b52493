using System.Runtime.CompilerServices;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// What the catalog of a snapshot says about a directory tree: names, kinds, lengths and times. The archive itself is not touched, so that these can still be
/// had where it is damaged. It lives as long as its reader.
/// </summary>
/// <example>
/// <code>
/// SnapshotCatalog root = await snapshot.OpenCatalogAsync("root");
/// await foreach (ArchiveEntry entry in root.WalkAsync())
///     Console.WriteLine(entry.Path);
/// </code>
/// </example>
public sealed class SnapshotCatalog
{
    private readonly CatalogTree _tree;
    private readonly string _place;

    private SnapshotCatalog(CatalogTree tree, string name, string place) => (_tree, Name, _place) = (tree, name, place);

    /// <summary>The name that was given at the backup, for example <c>root.pxar</c>.</summary>
    public string Name { get; }

    /// <summary>The entries of a directory, in the order of the catalog.</summary>
    /// <param name="path">The directory, as <see cref="ArchiveEntry.Path"/> has it; the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public async IAsyncEnumerable<ArchiveEntry> ListAsync(string path = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArchiveEntry directory = await GetDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
        await foreach (ArchiveEntry entry in _tree.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>All entries below a directory, each before what it holds.</summary>
    /// <param name="path">The directory; the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public async IAsyncEnumerable<ArchiveEntry> WalkAsync(string path = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArchiveEntry directory = await GetDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
        await foreach (ArchiveEntry entry in TreeWalk.WalkAsync(_tree, directory, null, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>All entries that patterns match; see <see cref="SnapshotArchive.SearchAsync"/>.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <param name="path">The directory to look in; the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public IAsyncEnumerable<ArchiveEntry> SearchAsync(
        IEnumerable<PathPattern> patterns, string path = "", CancellationToken cancellationToken = default) =>
        TreeWalk.MatchingAsync(WalkAsync(path, cancellationToken), patterns, cancellationToken);

    /// <summary>
    /// Tells what was added, removed and changed since another state of the tree, as <see cref="SnapshotArchive.CompareWithAsync"/> does, but by names, kinds,
    /// lengths and times of files only.
    /// </summary>
    /// <param name="older">What the catalog of the older snapshot says about the tree.</param>
    /// <param name="path">The directory to compare; the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">Neither tree has the path.</exception>
    /// <exception cref="ProxmoxProtocolException">One of the catalogs is damaged.</exception>
    public IAsyncEnumerable<SnapshotChange> CompareWithAsync(SnapshotCatalog older, string path = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(older);
        return new TreeComparer(Name, CompareOptions.Default with { Path = path }).CompareAsync(older._tree, _tree, cancellationToken);
    }

    internal static async Task<SnapshotCatalog> OpenAsync(SnapshotReader reader, SnapshotFile archive, CancellationToken cancellationToken)
    {
        SnapshotFile file = reader.Files.FirstOrDefault(static file => file.Kind == SnapshotFileKind.Catalog)
            ?? throw new SnapshotFileNotFoundException($"{reader.Describe()} has no catalog.");
        ChunkedFile chunked = await reader.OpenChunkedAsync(file, cancellationToken).ConfigureAwait(false);
        return await CatalogTree.OpenAsync(chunked, archive, cancellationToken).ConfigureAwait(false) is { } tree
            ? new(tree, archive.Name, $"the catalog of {archive.Name} of {reader.Describe()}")
            : throw new SnapshotFileNotFoundException($"The catalog of {reader.Describe()} does not list {archive.Name}.");
    }

    private async ValueTask<ArchiveEntry> GetDirectoryAsync(string path, CancellationToken cancellationToken) =>
        await _tree.FindAsync(ArchivePath.Parse(path), cancellationToken).ConfigureAwait(false) is { Kind: PxarEntryKind.Directory } directory
            ? directory
            : throw new SnapshotFileNotFoundException($"There is no directory \"/{path.TrimStart('/')}\" in {_place}.");
}
