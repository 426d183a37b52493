using System.Runtime.CompilerServices;
using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>The entries as the archive has them, with all metadata.</summary>
/// <param name="archive">The archive.</param>
/// <param name="length">Its length in bytes.</param>
/// <param name="followsLinks">Whether hard links have the length and metadata of the files they name; one that leads nowhere is damage then.</param>
internal sealed class PxarTree(PxarArchive archive, long length, bool followsLinks = true) : IArchiveTree
{
    // A file name item of one letter.
    private const int SmallestEntry = 18;

    public long MostEntries => length / SmallestEntry;

    public async ValueTask<ArchiveEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        PxarNode? node = await archive.FindAsync(path, cancellationToken).ConfigureAwait(false);
        return node is null ? null : await CreateAsync(path, node, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ArchiveEntry> ListAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (PxarNode node in archive.ListAsync(directory.Node!, cancellationToken).ConfigureAwait(false))
            yield return await CreateAsync(ArchivePath.Join(directory.PathBytes.Span, node.Name), node, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ArchiveEntry> ListSortedAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The entries are made one by one: with their paths they would be much larger than what they are made of.
        List<PxarNode> nodes = await archive.ListAsync(directory.Node!, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        PayloadOrder order = new();
        foreach (PxarNode node in nodes)
            order.Follow(node.Entry);
        nodes.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        for (int i = 0; i < nodes.Count; i++)
        {
            PxarNode node = nodes[i];
            nodes[i] = null!;
            yield return await CreateAsync(ArchivePath.Join(directory.PathBytes.Span, node.Name), node, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<ArchiveEntry> CreateAsync(ReadOnlyMemory<byte> path, PxarNode node, CancellationToken cancellationToken) =>
        ArchiveEntry.FromNode(path, node, followsLinks ? await archive.ResolveHardLinkAsync(node, cancellationToken).ConfigureAwait(false) : null);
}
