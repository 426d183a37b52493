using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// A directory tree in a snapshot. It is browsed without reading all of it: names come from the catalog where there is one, metadata and contents from the
/// places of the archive where they stand. It lives as long as its reader.
/// </summary>
/// <example>
/// <code>
/// SnapshotArchive root = await snapshot.OpenArchiveAsync("root");
/// await foreach (ArchiveEntry entry in root.ListAsync("etc"))
///     Console.WriteLine(entry.Path);
/// </code>
/// </example>
public sealed partial class SnapshotArchive
{
    private readonly SnapshotReader _reader;
    private readonly ChunkedFile _main;
    private readonly ChunkedFile? _payload;
    private readonly PxarTree _tree;
    private readonly NameTree? _names;

    private SnapshotArchive(SnapshotReader reader, SnapshotFile file, ChunkedFile main, ChunkedFile? payload, PxarArchive archive)
    {
        (_reader, _main, _payload, Archive) = (reader, main, payload, archive);
        _tree = new(archive, main.Index.Size);
        SnapshotFile? catalog = payload is null ? reader.Files.FirstOrDefault(static file => file.Kind == SnapshotFileKind.Catalog) : null;
        _names = catalog is null ? null : new(reader, file, catalog, _tree);
    }

    /// <summary>The name that was given at the backup, for example <c>root.pxar</c>.</summary>
    public string Name => IsSplit ? _main.File.Name.Replace(".mpxar", ".pxar", StringComparison.Ordinal) : _main.File.Name;

    /// <summary>Whether names and contents lie in two streams.</summary>
    public bool IsSplit => _payload is not null;

    /// <summary>
    /// Whether there is a catalog to list names from. It is opened when it is needed first; false once it turned out to be missing, damaged or without this
    /// archive, when names come from the archive itself. See <see cref="SnapshotOpenOptions.Warned"/>.
    /// </summary>
    public bool HasCatalog => _names is { IsUsable: true };

    /// <summary>The archive itself, to look entries up in.</summary>
    public PxarArchive Archive { get; }

    /// <summary>How many bytes the archive has, contents included.</summary>
    public long Length => _main.Index.Size + (_payload?.Index.Size ?? 0);

    /// <summary>Looks an entry up in the archive, with all its metadata.</summary>
    /// <param name="path">
    /// Names with slashes between them, as <see cref="ArchiveEntry.Path"/> has them: <c>\xNN</c> is a byte, <c>\\</c> a backslash. The empty path is the root.
    /// Symbolic links are not followed.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public ValueTask<ArchiveEntry?> FindAsync(string path, CancellationToken cancellationToken = default) =>
        _tree.FindAsync(ArchivePath.Parse(path), cancellationToken);

    /// <inheritdoc cref="FindAsync(string, CancellationToken)"/>
    public ValueTask<ArchiveEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken = default) =>
        _tree.FindAsync(path, cancellationToken);

    /// <summary>Looks an entry up in the archive, with all its metadata.</summary>
    /// <param name="path">
    /// Names with slashes between them, as <see cref="ArchiveEntry.Path"/> has them: <c>\xNN</c> is a byte, <c>\\</c> a backslash. The empty path is the root.
    /// Symbolic links are not followed.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such entry.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async ValueTask<ArchiveEntry> GetAsync(string path, CancellationToken cancellationToken = default) =>
        await FindAsync(path, cancellationToken).ConfigureAwait(false) ?? throw NotFound(path);

    /// <summary>The entries of a directory, in the order of the archive.</summary>
    /// <param name="path">The directory; the empty path is the root.</param>
    /// <param name="withMetadata">
    /// Reads all metadata from the archive. Without it the catalog is used where there is one, which is much less to fetch. Split archives always give all.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async IAsyncEnumerable<ArchiveEntry> ListAsync(
        string path = "",
        bool withMetadata = false,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IArchiveTree tree = Tree(withMetadata);
        ArchiveEntry directory = await GetDirectoryAsync(tree, path, cancellationToken).ConfigureAwait(false);
        await foreach (ArchiveEntry entry in tree.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>All entries below a directory, each before what it holds. They are read while the caller goes on.</summary>
    /// <param name="path">The directory; the empty path is the root.</param>
    /// <param name="withMetadata">Reads all metadata from the archive, where the catalog would do. See <see cref="ListAsync"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async IAsyncEnumerable<ArchiveEntry> WalkAsync(
        string path = "",
        bool withMetadata = false,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IArchiveTree tree = Tree(withMetadata);
        ArchiveEntry directory = await GetDirectoryAsync(tree, path, cancellationToken).ConfigureAwait(false);
        await foreach (ArchiveEntry entry in TreeWalk.WalkAsync(tree, directory, null, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>
    /// All entries that patterns match, for example <c>*.conf</c> or <c>/etc/**/hosts</c>. What a directory that matches holds is not given unless it matches
    /// too.
    /// </summary>
    /// <param name="patterns">The patterns; of several that match an entry the last one decides, and one that begins with <c>!</c> leaves it out.</param>
    /// <param name="path">The directory to look in; the empty path is the root. Patterns see whole paths nevertheless.</param>
    /// <param name="withMetadata">Reads all metadata from the archive, where the catalog would do. See <see cref="ListAsync"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public IAsyncEnumerable<ArchiveEntry> SearchAsync(
        IEnumerable<PathPattern> patterns,
        string path = "",
        bool withMetadata = false,
        CancellationToken cancellationToken = default) =>
        TreeWalk.MatchingAsync(WalkAsync(path, withMetadata, cancellationToken), patterns, cancellationToken);

    /// <summary>
    /// Opens the content of a file. Only its chunks are fetched, ahead if it is read in order. The stream can seek.
    /// </summary>
    /// <param name="path">A regular file or a hard link.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">The entry is no file.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async ValueTask<Stream> OpenFileAsync(string path, CancellationToken cancellationToken = default) =>
        await OpenFileAsync(await GetAsync(path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Opens the content of a file. Only its chunks are fetched, ahead if it is read in order. The stream can seek.
    /// </summary>
    /// <param name="entry">A regular file or a hard link of this archive.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">The catalog has the file, and the archive has not.</exception>
    /// <exception cref="ArgumentException">The entry is no file.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async ValueTask<Stream> OpenFileAsync(ArchiveEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Kind is not (PxarEntryKind.File or PxarEntryKind.HardLink))
            throw new ArgumentException($"{entry} has no content: only files have.", nameof(entry));
        PxarNode node = entry.Node ?? await Archive.FindAsync(entry.PathBytes, cancellationToken).ConfigureAwait(false) ?? throw NotFound(entry.Path);
        return await Archive.OpenContentAsync(node, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<SnapshotArchive> OpenAsync(SnapshotReader reader, SnapshotFile file, CancellationToken cancellationToken)
    {
        if (file.Kind == SnapshotFileKind.SplitMetadata)
        {
            (ChunkedFile metadata, ChunkedFile payload) = await reader.OpenSplitAsync(file, cancellationToken).ConfigureAwait(false);
            PxarArchive split = await PxarArchive.OpenAsync(metadata.OpenSource(), payload.OpenSource(), cancellationToken).ConfigureAwait(false);
            return new(reader, file, metadata, payload, split);
        }

        ChunkedFile main = await reader.OpenChunkedAsync(file, cancellationToken).ConfigureAwait(false);
        PxarArchive archive = await PxarArchive.OpenAsync(main.OpenSource(), null, cancellationToken).ConfigureAwait(false);
        return new(reader, file, main, null, archive);
    }

    /// <summary>The names, from the catalog unless metadata are wanted.</summary>
    internal IArchiveTree Tree(bool withMetadata) => _names is { } names && !withMetadata ? names : _tree;

    private async ValueTask<ArchiveEntry> GetDirectoryAsync(IArchiveTree tree, string path, CancellationToken cancellationToken)
    {
        ArchiveEntry? entry = await tree.FindAsync(ArchivePath.Parse(path), cancellationToken).ConfigureAwait(false);
        return entry is { Kind: PxarEntryKind.Directory } ? entry : throw NotFound(path, "directory ");
    }

    internal SnapshotFileNotFoundException NotFound(string path, string what = "") =>
        new($"There is no {what}\"/{path.TrimStart('/')}\" in {Name} of {_reader.Describe()}.");
}
