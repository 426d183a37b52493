using ProxSharp.Backup;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>A directory tree that is looked into: the archive, or what the catalog says about it where its beginning is lost.</summary>
internal sealed class BrowsedTree
{
    private readonly SnapshotArchive? _archive;
    private readonly SnapshotCatalog? _catalog;
    private readonly bool _withMetadata;

    private BrowsedTree(string name, SnapshotArchive? archive, SnapshotCatalog? catalog, bool withMetadata) =>
        (Name, _archive, _catalog, _withMetadata) = (name, archive, catalog, withMetadata);

    /// <summary>The name that was given at the backup.</summary>
    public string Name { get; }

    /// <summary>Whether entries have owners and modes.</summary>
    public bool HasMetadata => _withMetadata || _archive is { IsSplit: true };

    /// <summary>Opens it.</summary>
    /// <param name="run">Told that the archive cannot be read.</param>
    /// <param name="reader">The snapshot.</param>
    /// <param name="name">The archive.</param>
    /// <param name="withMetadata">Whether owners and modes are wanted, which no catalog has.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    public static async Task<BrowsedTree> OpenAsync(VerbRun run, SnapshotReader reader, string name, bool withMetadata, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotArchive archive = await BrowseVerbs.OpenTreeAsync(reader, name, cancellationToken).ConfigureAwait(false);
            return new(archive.Name, archive, null, withMetadata);
        }
        catch (Exception damage) when (!withMetadata && IsDamage(damage))
        {
            if (await TryOpenAsync(reader, name, cancellationToken).ConfigureAwait(false) is not { } catalog)
            {
                throw;
            }

            run.Command.Warn(Terminal.TextCells.Visible($"{catalog.Name} itself cannot be read, so names come from the catalog: {damage.Message}"));
            return new(catalog.Name, null, catalog, withMetadata);
        }
    }

    /// <summary>Compares two states of a tree: by the catalogs of both where the beginning of one archive is lost.</summary>
    public static async Task<IAsyncEnumerable<SnapshotChange>> CompareAsync(
        VerbRun run, SnapshotReader older, SnapshotReader newer, string name, CompareOptions options, CancellationToken cancellationToken)
    {
        bool needsArchive = options.WithMetadata || options.WithContents;
        BrowsedTree before = await OpenAsync(run, older, name, needsArchive, cancellationToken).ConfigureAwait(false);
        BrowsedTree after = await OpenAsync(run, newer, name, needsArchive, cancellationToken).ConfigureAwait(false);
        if (before._archive is { } first && after._archive is { } second)
        {
            return second.CompareWithAsync(first, options, cancellationToken);
        }

        SnapshotCatalog left = before._catalog ?? await older.OpenCatalogAsync(name, cancellationToken).ConfigureAwait(false);
        SnapshotCatalog right = after._catalog ?? await newer.OpenCatalogAsync(name, cancellationToken).ConfigureAwait(false);
        return right.CompareWithAsync(left, options.Path, cancellationToken);
    }

    /// <summary>The entries of a directory.</summary>
    public IAsyncEnumerable<ArchiveEntry> ListAsync(string path, CancellationToken cancellationToken) =>
        _archive?.ListAsync(path, _withMetadata, cancellationToken) ?? _catalog!.ListAsync(path, cancellationToken);

    /// <summary>All entries below a directory.</summary>
    public IAsyncEnumerable<ArchiveEntry> WalkAsync(string path, CancellationToken cancellationToken) =>
        _archive?.WalkAsync(path, _withMetadata, cancellationToken) ?? _catalog!.WalkAsync(path, cancellationToken);

    /// <summary>All entries that patterns match.</summary>
    public IAsyncEnumerable<ArchiveEntry> SearchAsync(IReadOnlyList<PathPattern> patterns, CancellationToken cancellationToken) =>
        _archive?.SearchAsync(patterns, "", _withMetadata, cancellationToken) ?? _catalog!.SearchAsync(patterns, "", cancellationToken);

    private static bool IsDamage(Exception exception) => exception is ProxmoxProtocolException or MissingChunkException;

    // What is wrong with the archive tells more than what is wrong with the catalog as well.
    private static async Task<SnapshotCatalog?> TryOpenAsync(SnapshotReader reader, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.OpenCatalogAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsDamage(exception) || exception is SnapshotFileNotFoundException)
        {
            return null;
        }
    }
}
