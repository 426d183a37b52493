using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>One side of a comparison.</summary>
/// <param name="Source">The archive as the caller has it.</param>
/// <param name="Tree">Its names.</param>
/// <param name="Archive">The archive, read through the cache of the comparison.</param>
/// <param name="Main">The chunks of the archive; of a split archive, those of its metadata.</param>
/// <param name="Payload">The chunks of the contents of a split archive.</param>
internal sealed record ComparedArchive(SnapshotArchive Source, IArchiveTree Tree, PxarArchive Archive, IChunkIndex Main, IChunkIndex? Payload)
{
    /// <summary>Finds the file in the archive, where its name may come from the catalog.</summary>
    public async ValueTask<PxarNode> FindAsync(ArchiveEntry entry, CancellationToken cancellationToken) =>
        entry.Node ?? await Archive.FindAsync(entry.PathBytes, cancellationToken).ConfigureAwait(false) ?? throw Source.NotFound(entry.Path);

    /// <summary>The chunks that hold a content.</summary>
    public IChunkIndex IndexOf(PxarContentRange range) => range.InPayload && Payload is { } payload ? payload : Main;

    /// <summary>Whether another archive has the same bytes from the first to the last, as the checksums of the lists of chunks tell.</summary>
    public bool HasBytesOf(ComparedArchive other) => IsSame(Main, other.Main) && IsSame(Payload, other.Payload);

    private static bool IsSame(IChunkIndex? one, IChunkIndex? other) => one?.Checksum == other?.Checksum && one?.Size == other?.Size;
}
