using System.Buffers;
using System.Runtime.CompilerServices;

namespace ProxSharp.Backup.Formats.Pxar;

/// <content>The asynchronous half.</content>
public sealed partial class PxarArchive
{
    /// <summary>Opens an archive: reads its start and the metadata of its root.</summary>
    /// <param name="source">The archive; of a split archive, the metadata stream.</param>
    /// <param name="payload">The payload stream of a split archive; without it, contents cannot be opened.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no archive.</exception>
    public static async ValueTask<PxarArchive> OpenAsync(
        RandomAccessSource source,
        RandomAccessSource? payload = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        PxarStart start = await ParseAsync<PxarStart>(source, 0, source.Length, PxarStart.TryRead, cancellationToken).ConfigureAwait(false);
        Parser<PxarEntry> parser = RootParser(start.IsSplit);
        PxarEntry root = await ParseAsync(source, start.RootPosition, source.Length, parser, cancellationToken).ConfigureAwait(false);
        return new(source, payload, start, root);
    }

    /// <summary>Finds an entry by its path, with a few reads a directory on the way. Symbolic links are not followed.</summary>
    /// <param name="path">Names with slashes between them, as UTF-8; a leading slash is allowed, the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public ValueTask<PxarNode?> FindAsync(string path, CancellationToken cancellationToken = default) =>
        FindAsync(SplitPath(path), cancellationToken);

    /// <summary>Finds an entry by its path, with a few reads a directory on the way. Symbolic links are not followed.</summary>
    /// <param name="path">Names with slashes between them; a leading slash is allowed, the empty path is the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public ValueTask<PxarNode?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken = default) =>
        FindAsync(SplitPath(path), cancellationToken);

    /// <summary>Finds a child of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name of the child.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The child; null if there is none.</returns>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async ValueTask<PxarNode?> FindChildAsync(PxarNode directory, PxarName name, CancellationToken cancellationToken = default)
    {
        EnsureDirectory(directory);
        GoodbyeHead head = await ReadHeadAsync(directory, cancellationToken).ConfigureAwait(false);
        ulong hash = PxarHash.Compute(name.Span);
        GoodbyeSearch search = new(hash, head.Children);
        while (search.Next() is { } slot)
        {
            GoodbyeRecord record = await ReadRecordAsync(head.RecordPosition(slot), cancellationToken).ConfigureAwait(false);
            if (!search.Descend(slot, record.Hash))
                continue;
            (long start, long end) = head.Child(slot, record, directory.Entry.HeadEnd);
            PxarEntry entry = await ParseAsync(_source, start, Limit(head), EntryParser(), cancellationToken).ConfigureAwait(false);
            if (entry.Name == name)
                return Accept(entry, new(hash, start, end) { Size = (long)record.Size }, null);
        }

        return null;
    }

    /// <summary>
    /// The children of a directory, in the order of the archive. They are read one after the other while the caller goes on.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public IAsyncEnumerable<PxarNode> ListAsync(PxarNode directory, CancellationToken cancellationToken = default)
    {
        EnsureDirectory(directory);
        return ListChildrenAsync(directory, cancellationToken);
    }

    /// <summary>The file that a hard link names.</summary>
    /// <param name="link">A hard link; any other node is given back as it is.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ProxmoxProtocolException">The link leads to something else.</exception>
    public async ValueTask<PxarNode> ResolveHardLinkAsync(PxarNode link, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (link.Kind != PxarEntryKind.HardLink)
            return link;
        (long start, long end) = (link.Entry.LinkPosition, link.Entry.Position);
        return AcceptTarget(await ParseAsync(_source, start, end, EntryParser(), cancellationToken).ConfigureAwait(false), link);
    }

    /// <summary>
    /// Opens the content of a file, or of the file that a hard link names. The stream can seek; the sources must stay open.
    /// </summary>
    /// <param name="file">A regular file or a hard link.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The node has no content.</exception>
    /// <exception cref="InvalidOperationException">The archive is split, and its payload stream is not open.</exception>
    /// <exception cref="ProxmoxProtocolException">There is no such content.</exception>
    public async ValueTask<Stream> OpenContentAsync(PxarNode file, CancellationToken cancellationToken = default)
    {
        PxarNode target = await ResolveHardLinkAsync(file, cancellationToken).ConfigureAwait(false);
        (RandomAccessSource source, PxarContentRange range) = Locate(target);
        if (target.Entry.Payload is { } reference)
        {
            byte[] header = new byte[PxarFormat.HeaderSize];
            foreach (long mark in MarksAround(reference, source.Length))
            {
                EnsureFull(await source.ReadAllAsync(mark, header, cancellationToken).ConfigureAwait(false), header.Length, mark);
                VerifyMark(header, mark, reference);
            }
        }

        return new PxarContent(source, range.Position, range.Length);
    }

    private static async ValueTask<T> ParseAsync<T>(
        RandomAccessSource source,
        long position,
        long end,
        Parser<T> parser,
        CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WindowSize);
        try
        {
            int filled = 0;
            while (true)
            {
                // No more than one read gives: what lies behind an entry may be damaged.
                int want = (int)Math.Min(buffer.Length, end - position);
                Memory<byte> free = buffer.AsMemory(filled, want - filled);
                int read = await source.ReadAsync(position + filled, free, cancellationToken).ConfigureAwait(false);
                filled += read;
                if (parser(buffer.AsSpan(0, filled), position, out T? value, out _))
                    return value!;
                buffer = MakeRoom(buffer, filled, position, read == 0 || filled == end - position);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<PxarNode?> FindAsync(IEnumerable<PxarName> path, CancellationToken cancellationToken)
    {
        PxarNode? node = Root;
        foreach (PxarName name in path)
        {
            if (name.IsRoot || node.Kind != PxarEntryKind.Directory)
                return null;
            node = await FindChildAsync(node, name, cancellationToken).ConfigureAwait(false);
            if (node is null)
                return null;
        }

        return node;
    }

    private async ValueTask<GoodbyeHead> ReadHeadAsync(PxarNode directory, CancellationToken cancellationToken)
    {
        long position = GoodbyeHead.TailPosition(directory.Entry.EntryPosition, directory.End);
        byte[] bytes = new byte[PxarFormat.GoodbyeRecordSize];
        EnsureFull(await _source.ReadAllAsync(position, bytes, cancellationToken).ConfigureAwait(false), bytes.Length, position);
        GoodbyeHead head = Head(directory, bytes);
        Memory<byte> header = bytes.AsMemory(0, PxarFormat.HeaderSize);
        EnsureFull(await _source.ReadAllAsync(head.Position, header, cancellationToken).ConfigureAwait(false), header.Length, head.Position);
        head.VerifyHeader(header.Span);
        return head;
    }

    private async ValueTask<GoodbyeRecord> ReadRecordAsync(long position, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[PxarFormat.GoodbyeRecordSize];
        EnsureFull(await _source.ReadAllAsync(position, bytes, cancellationToken).ConfigureAwait(false), bytes.Length, position);
        return GoodbyeRecord.Read(bytes);
    }

    /// <summary>Where the children of a directory lie, in the order of the archive, as its goodbye table says. They are not read themselves.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The table is damaged.</exception>
    public async ValueTask<IReadOnlyList<PxarPlace>> ReadPlacesAsync(PxarNode directory, CancellationToken cancellationToken = default)
    {
        EnsureDirectory(directory);
        GoodbyeHead head = await ReadHeadAsync(directory, cancellationToken).ConfigureAwait(false);
        List<PxarPlace> children = await ReadTableAsync(directory, head, cancellationToken).ConfigureAwait(false);
        Arrange(children, head);
        return children;
    }

    /// <summary>Reads the child of a directory that lies at a place.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="place">One of the places in its table.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The node is no directory, or the place lies outside of it.</exception>
    /// <exception cref="ProxmoxProtocolException">The child is damaged.</exception>
    public async ValueTask<PxarNode> ReadChildAsync(PxarNode directory, PxarPlace place, CancellationToken cancellationToken = default)
    {
        long end = LimitIn(directory, place);
        return Accept(await ParseAsync(_source, place.Start, end, EntryParser(), cancellationToken).ConfigureAwait(false), place, null);
    }

    private async IAsyncEnumerable<PxarNode> ListChildrenAsync(
        PxarNode directory,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        GoodbyeHead head = await ReadHeadAsync(directory, cancellationToken).ConfigureAwait(false);
        List<PxarPlace> children = await ReadTableAsync(directory, head, cancellationToken).ConfigureAwait(false);
        Arrange(children, head);
        PxarNameGuard guard = new();
        foreach (PxarPlace child in children)
        {
            PxarEntry entry = await ParseAsync(_source, child.Start, Limit(head), EntryParser(), cancellationToken).ConfigureAwait(false);
            yield return Accept(entry, child, guard);
        }
    }

    private async ValueTask<List<PxarPlace>> ReadTableAsync(PxarNode directory, GoodbyeHead head, CancellationToken cancellationToken)
    {
        List<PxarPlace> children = [];
        byte[] block = ArrayPool<byte>.Shared.Rent(TableBlockSize);
        try
        {
            while (children.Count < head.Children)
            {
                Memory<byte> part = block.AsMemory(0, TablePart(head, children.Count));
                long position = head.RecordPosition(children.Count);
                EnsureFull(await _source.ReadAllAsync(position, part, cancellationToken).ConfigureAwait(false), part.Length, position);
                AddChildren(children, part.Span, head, directory.Entry.HeadEnd);
            }

            return children;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
