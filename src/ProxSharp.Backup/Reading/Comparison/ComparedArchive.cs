using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>One side of a comparison. What is read of it goes through the memory of the comparison.</summary>
internal sealed class ComparedArchive : IDisposable
{
    private readonly SnapshotArchive _source;
    private readonly ChunkedFile _main;
    private readonly ChunkedFile? _payload;
    private readonly ChunkLoader[] _loaders;
    private readonly PlaceFinder _places;

    private ComparedArchive(SnapshotArchive source, ChunkedFile main, ChunkedFile? payload, ChunkLoader[] loaders, PxarArchive archive)
    {
        (_source, _main, _payload, _loaders, Archive) = (source, main, payload, loaders, archive);
        _places = new(archive);
    }

    /// <summary>The archive.</summary>
    public PxarArchive Archive { get; }

    /// <summary>Opens an archive.</summary>
    /// <param name="source">The archive as the caller has it.</param>
    /// <param name="main">Its stream; of a split archive, that of the metadata.</param>
    /// <param name="payload">The contents of a split archive.</param>
    /// <param name="memory">The memory of the comparison.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    public static async ValueTask<ComparedArchive> OpenAsync(
        SnapshotArchive source, ChunkedFile main, ChunkedFile? payload, ComparisonMemory memory, CancellationToken cancellationToken)
    {
        ChunkLoader[] loaders = [.. new[] { main, payload }.OfType<ChunkedFile>().Select(file => file.Loader.With(memory.Pool))];
        try
        {
            ChunkedSource? contents = payload?.OpenSource(loaders[1], memory.Cache, ComparisonMemory.Ahead);
            PxarArchive archive = await PxarArchive.OpenAsync(
                main.OpenSource(loaders[0], memory.Cache, ComparisonMemory.Ahead), contents, cancellationToken).ConfigureAwait(false);
            return new(source, main, payload, loaders, archive);
        }
        catch
        {
            DisposeAll(loaders);
            throw;
        }
    }

    /// <summary>The names.</summary>
    public IArchiveTree Tree(bool withMetadata) => _source.FindNames(withMetadata) ?? new PxarTree(Archive, _main.Index.Size);

    /// <summary>Finds the file in the archive, where its name may come from the catalog.</summary>
    public async ValueTask<PxarNode> FindAsync(ArchiveEntry entry, CancellationToken cancellationToken) =>
        entry.Node ?? await _places.FindAsync(entry.PathBytes, cancellationToken).ConfigureAwait(false) ?? throw _source.NotFound(entry.Path);

    /// <summary>Where a file lies with its head and its content, without reading either; null where contents lie elsewhere, or if it cannot be told.</summary>
    public async ValueTask<PxarPlace?> FindPlaceAsync(ArchiveEntry entry, CancellationToken cancellationToken) => _payload is not null || entry.PathBytes.IsEmpty
        ? null
        : await _places.FindPlaceAsync(entry.PathBytes, cancellationToken).ConfigureAwait(false);

    /// <summary>The chunks of the archive itself.</summary>
    public IChunkIndex Main => _main.Index;

    /// <summary>The chunks that hold a content.</summary>
    public IChunkIndex IndexOf(PxarContentRange range) => range.InPayload && _payload is { } payload ? payload.Index : Main;

    /// <summary>Whether another archive has the same bytes from the first to the last, as the checksums of the lists of chunks tell.</summary>
    public bool HasBytesOf(ComparedArchive other) => IsSame(_main, other._main) && IsSame(_payload, other._payload);

    /// <inheritdoc/>
    public void Dispose() => DisposeAll(_loaders);

    private static bool IsSame(ChunkedFile? one, ChunkedFile? other) =>
        one?.Index.Checksum == other?.Index.Checksum && one?.Index.Size == other?.Index.Size;

    private static void DisposeAll(ChunkLoader[] loaders)
    {
        foreach (ChunkLoader loader in loaders)
            loader.Dispose();
    }
}
