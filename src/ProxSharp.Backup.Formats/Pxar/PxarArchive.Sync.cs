using System.Buffers;

namespace ProxSharp.Backup.Formats.Pxar;

/// <content>The synchronous half.</content>
public sealed partial class PxarArchive
{
    /// <summary>Opens an archive: reads its start and the metadata of its root.</summary>
    /// <param name="source">The archive; of a split archive, the metadata stream.</param>
    /// <param name="payload">The payload stream of a split archive; without it, contents cannot be opened.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no archive.</exception>
    public static PxarArchive Open(RandomAccessSource source, RandomAccessSource? payload = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        PxarStart start = Parse<PxarStart>(source, 0, source.Length, PxarStart.TryRead);
        Parser<PxarEntry> parser = RootParser(start.IsSplit);
        return new(source, payload, start, Parse(source, start.RootPosition, source.Length, parser));
    }

    /// <summary>Finds an entry by its path, with a few reads a directory on the way. Symbolic links are not followed.</summary>
    /// <param name="path">Names with slashes between them, as UTF-8; a leading slash is allowed, the empty path is the root.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public PxarNode? Find(string path) => Find(SplitPath(path));

    /// <summary>Finds an entry by its path, with a few reads a directory on the way. Symbolic links are not followed.</summary>
    /// <param name="path">Names with slashes between them; a leading slash is allowed, the empty path is the root.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public PxarNode? Find(ReadOnlyMemory<byte> path) => Find(SplitPath(path));

    /// <summary>Finds a child of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name of the child.</param>
    /// <returns>The child; null if there is none.</returns>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public PxarNode? FindChild(PxarNode directory, PxarName name)
    {
        EnsureDirectory(directory);
        GoodbyeHead head = ReadHead(directory);
        ulong hash = PxarHash.Compute(name.Span);
        GoodbyeSearch search = new(hash, head.Children);
        while (search.Next() is { } slot)
        {
            GoodbyeRecord record = ReadRecord(head.RecordPosition(slot));
            if (!search.Descend(slot, record.Hash))
                continue;
            (long start, long end) = head.Child(slot, record, directory.Entry.HeadEnd);
            PxarEntry entry = Parse(_source, start, Limit(head), EntryParser());
            if (entry.Name == name)
                return Accept(entry, new(hash, start, end) { Size = (long)record.Size }, null);
        }

        return null;
    }

    /// <summary>
    /// The children of a directory, in the order of the archive. They are read one after the other while the caller goes on.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public IEnumerable<PxarNode> List(PxarNode directory)
    {
        EnsureDirectory(directory);
        return ListChildren(directory);
    }

    /// <summary>The file that a hard link names.</summary>
    /// <param name="link">A hard link; any other node is given back as it is.</param>
    /// <exception cref="ProxmoxProtocolException">The link leads to something else.</exception>
    public PxarNode ResolveHardLink(PxarNode link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.Kind != PxarEntryKind.HardLink
            ? link
            : AcceptTarget(Parse(_source, link.Entry.LinkPosition, link.Entry.Position, EntryParser()), link);
    }

    /// <summary>
    /// Opens the content of a file, or of the file that a hard link names. The stream can seek; the sources must stay open.
    /// </summary>
    /// <param name="file">A regular file or a hard link.</param>
    /// <exception cref="ArgumentException">The node has no content.</exception>
    /// <exception cref="InvalidOperationException">The archive is split, and its payload stream is not open.</exception>
    /// <exception cref="ProxmoxProtocolException">There is no such content.</exception>
    public Stream OpenContent(PxarNode file)
    {
        PxarNode target = ResolveHardLink(file);
        (RandomAccessSource source, PxarContentRange range) = Locate(target);
        if (target.Entry.Payload is { } reference)
        {
            Span<byte> header = stackalloc byte[PxarFormat.HeaderSize];
            foreach (long mark in MarksAround(reference, source.Length))
            {
                EnsureFull(source.ReadAll(mark, header), header.Length, mark);
                VerifyMark(header, mark, reference);
            }
        }

        return new PxarContent(source, range.Position, range.Length);
    }

    private static T Parse<T>(RandomAccessSource source, long position, long end, Parser<T> parser)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WindowSize);
        try
        {
            int filled = 0;
            while (true)
            {
                // No more than one read gives: what lies behind an entry may be damaged.
                int want = (int)Math.Min(buffer.Length, end - position);
                int read = source.Read(position + filled, buffer.AsSpan(filled, want - filled));
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

    private PxarNode? Find(IEnumerable<PxarName> path)
    {
        PxarNode? node = Root;
        foreach (PxarName name in path)
        {
            if (name.IsRoot || node.Kind != PxarEntryKind.Directory)
                return null;
            node = FindChild(node, name);
            if (node is null)
                return null;
        }

        return node;
    }

    private GoodbyeHead ReadHead(PxarNode directory)
    {
        long position = GoodbyeHead.TailPosition(directory.Entry.EntryPosition, directory.End);
        Span<byte> bytes = stackalloc byte[PxarFormat.GoodbyeRecordSize];
        EnsureFull(_source.ReadAll(position, bytes), bytes.Length, position);
        GoodbyeHead head = Head(directory, bytes);
        bytes = bytes[..PxarFormat.HeaderSize];
        EnsureFull(_source.ReadAll(head.Position, bytes), bytes.Length, head.Position);
        head.VerifyHeader(bytes);
        return head;
    }

    private GoodbyeRecord ReadRecord(long position)
    {
        Span<byte> bytes = stackalloc byte[PxarFormat.GoodbyeRecordSize];
        EnsureFull(_source.ReadAll(position, bytes), bytes.Length, position);
        return GoodbyeRecord.Read(bytes);
    }

    /// <summary>Where the children of a directory lie, in the order of the archive, as its goodbye table says. They are not read themselves.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="ArgumentException">The node is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The table is damaged.</exception>
    public IReadOnlyList<PxarPlace> ReadPlaces(PxarNode directory)
    {
        EnsureDirectory(directory);
        GoodbyeHead head = ReadHead(directory);
        List<PxarPlace> children = ReadTable(directory, head);
        Arrange(children, head);
        return children;
    }

    /// <summary>Reads the child of a directory that lies at a place.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="place">One of the places in its table.</param>
    /// <exception cref="ArgumentException">The node is no directory, or the place lies outside of it.</exception>
    /// <exception cref="ProxmoxProtocolException">The child is damaged.</exception>
    public PxarNode ReadChild(PxarNode directory, PxarPlace place)
    {
        long end = LimitIn(directory, place);
        return Accept(Parse(_source, place.Start, end, EntryParser()), place, null);
    }

    private IEnumerable<PxarNode> ListChildren(PxarNode directory)
    {
        GoodbyeHead head = ReadHead(directory);
        List<PxarPlace> children = ReadTable(directory, head);
        Arrange(children, head);
        PxarNameGuard guard = new();
        foreach (PxarPlace child in children)
            yield return Accept(Parse(_source, child.Start, Limit(head), EntryParser()), child, guard);
    }

    private List<PxarPlace> ReadTable(PxarNode directory, GoodbyeHead head)
    {
        List<PxarPlace> children = [];
        byte[] block = ArrayPool<byte>.Shared.Rent(TableBlockSize);
        try
        {
            while (children.Count < head.Children)
            {
                Memory<byte> part = block.AsMemory(0, TablePart(head, children.Count));
                long position = head.RecordPosition(children.Count);
                EnsureFull(_source.ReadAll(position, part.Span), part.Length, position);
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
