using System.Buffers;
using System.Text;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Finds entries in an archive that can be read at any position, by the goodbye tables: what lies between is not read. The archive itself
/// keeps no state; it is for as many threads at once as its sources are.
/// </summary>
/// <example>
/// <code>
/// PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromStream(file));
/// if (archive.Find("etc/hosts") is { } hosts)
///     archive.OpenContent(hosts).CopyTo(target);
/// </code>
/// </example>
public sealed partial class PxarArchive
{
    private const int WindowSize = 1024;
    private const int TableBlockSize = PxarFormat.GoodbyeRecordSize * 2048;

    private readonly RandomAccessSource _source;
    private readonly RandomAccessSource? _payload;
    private readonly PxarStart _start;

    private PxarArchive(RandomAccessSource source, RandomAccessSource? payload, PxarStart start, PxarEntry root)
    {
        (_source, _payload, _start) = (source, payload, start);
        Root = new(root, source.Length);
    }

    private delegate bool Parser<T>(ReadOnlySpan<byte> window, long position, out T? value, out int needed);

    /// <summary>The root directory.</summary>
    public PxarNode Root { get; }

    /// <summary>Whether the archive is split.</summary>
    public bool IsSplit => _start.IsSplit;

    /// <summary>What a split archive says before its root; empty if there is nothing.</summary>
    public ReadOnlyMemory<byte> Prelude => _start.Prelude;

    /// <summary>Where the content of a file lies. Nothing is read: the range is what the archive says.</summary>
    /// <param name="file">A regular file; of a hard link, ask for its target.</param>
    /// <exception cref="ArgumentException">The node is no regular file.</exception>
    public static PxarContentRange GetContentRange(PxarNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return GetContentRange(file.Entry);
    }

    /// <summary>Where the content of a file lies, counted from where the archive or the payload stream begins.</summary>
    /// <param name="file">A regular file.</param>
    /// <exception cref="ArgumentException">The entry is no regular file.</exception>
    public static PxarContentRange GetContentRange(PxarEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Kind != PxarEntryKind.File)
            throw new ArgumentException("Only a file has content.", nameof(file));
        return file.Payload is { } reference
            ? new(true, reference.ContentPosition, reference.Length)
            : new(false, file.HeadEnd, file.Length);
    }

    private static IEnumerable<PxarName> SplitPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            yield return PxarName.IsValid(Encoding.UTF8.GetBytes(part)) ? new(part) : default;
    }

    private static IEnumerable<PxarName> SplitPath(ReadOnlyMemory<byte> path)
    {
        while (!path.IsEmpty)
        {
            int slash = path.Span.IndexOf((byte)'/');
            ReadOnlyMemory<byte> part = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (!part.IsEmpty)
                yield return PxarName.IsValid(part.Span) ? new(part.Span) : default;
        }
    }

    private static byte[] MakeRoom(byte[] buffer, int filled, long position, bool ended)
    {
        if (ended)
            throw PxarFormat.Malformed(position + filled, "the archive ends within an entry");
        if (filled < buffer.Length)
            return buffer;
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static void EnsureDirectory(PxarNode directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (directory.Kind != PxarEntryKind.Directory)
            throw new ArgumentException("The node is no directory.", nameof(directory));
    }

    private static void EnsureFull(int read, int length, long position)
    {
        if (read < length)
            throw PxarFormat.Malformed(position + read, "the archive ends early");
    }

    private static Parser<PxarEntry> RootParser(bool split) => (ReadOnlySpan<byte> window, long position, out PxarEntry? entry, out int needed) =>
        PxarEntryDecoder.TryRead(window, position, root: true, split, out entry, out needed);

    private static int TablePart(GoodbyeHead head, int done) => (int)Math.Min(TableBlockSize, (head.Children - done) * PxarFormat.GoodbyeRecordSize);

    private static void AddChildren(List<PxarPlace> children, ReadOnlySpan<byte> records, GoodbyeHead head, long childrenStart)
    {
        for (; records.Length >= PxarFormat.GoodbyeRecordSize; records = records[PxarFormat.GoodbyeRecordSize..])
        {
            GoodbyeRecord record = GoodbyeRecord.Read(records);
            (long start, long end) = head.Child(children.Count, record, childrenStart);
            children.Add(new(record.Hash, start, end) { Size = (long)record.Size });
        }
    }

    /// <summary>How far an entry may be read: to the header of its directory's table, which ends the last one.</summary>
    private static long Limit(GoodbyeHead head) => head.Position + PxarFormat.HeaderSize;

    /// <summary>How far a child may be read without the head of the table.</summary>
    private static long LimitIn(PxarNode directory, PxarPlace place)
    {
        EnsureDirectory(directory);
        return place.Start >= directory.Entry.HeadEnd && place.Start < directory.End
            ? directory.End
            : throw new ArgumentException("The place lies outside of the directory.", nameof(place));
    }

    private Parser<PxarEntry> EntryParser() => (ReadOnlySpan<byte> window, long position, out PxarEntry? entry, out int needed) =>
        PxarEntryDecoder.TryRead(window, position, root: false, _start.IsSplit, out entry, out needed);

    private static GoodbyeHead Head(PxarNode directory, ReadOnlySpan<byte> tail)
    {
        bool isRoot = directory.Entry.Name.IsRoot;
        long start = isRoot ? 0 : directory.Entry.EntryPosition;
        GoodbyeHead head = GoodbyeHead.FromTail(GoodbyeRecord.Read(tail), start, directory.End);
        // The tail of the root counts from the start of the archive.
        return head.DirectoryPosition == start && head.Position >= directory.Entry.HeadEnd
            ? head
            : throw PxarFormat.Malformed(directory.End - PxarFormat.GoodbyeRecordSize, "the goodbye table belongs to another directory");
    }

    /// <summary>Puts the children into the order of the archive, and sees that they do not overlap.</summary>
    private void Arrange(List<PxarPlace> children, GoodbyeHead head)
    {
        children.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        for (int i = 1; i < children.Count; i++)
        {
            if (children[i].Start == children[i - 1].Start || (!IsSplit && children[i].Start < children[i - 1].End))
                throw PxarFormat.Malformed(head.Position, "entries of the directory overlap");

            // The ends of files mean nothing in split archives, but directories within each other's ends would be gone through twice on each level.
            if (children[i].Start < children[i - 1].End)
                children[i - 1] = children[i - 1] with { End = children[i].Start };
        }
    }

    private PxarNode Accept(PxarEntry entry, PxarPlace child, PxarNameGuard? guard)
    {
        if (PxarHash.Compute(entry.Name.Span) != child.NameHash)
            throw PxarFormat.Malformed(entry.Position, "the goodbye table has another name for this entry");
        if (guard?.TryAdd(entry.Name, child.NameHash) == false)
            throw PxarFormat.Malformed(entry.Position, $"the name \"{entry.Name}\" stands twice in its directory");
        if (!IsSplit && entry.Length > child.End - entry.HeadEnd)
            throw PxarFormat.Malformed(entry.Position, "the content of the file is longer than the file");
        if (entry.Payload is { } content && child.Size != 0 && !IsSizeOf(child.Size, entry, content))
            throw PxarFormat.Malformed(entry.Position, "the goodbye table has another size for this file than its reference to the payload");
        return new(entry, child.End);
    }

    // Proxmox: contents that were written anew count, those of an archive before do not. So an empty file can only be told from the latter by its content.
    private static bool IsSizeOf(long size, PxarEntry entry, PxarPayloadReference content) =>
        size - (entry.HeadEnd - entry.Position) is var rest && (rest == 0 || rest == content.Length);

    private (RandomAccessSource Source, PxarContentRange Range) Locate(PxarNode file)
    {
        PxarContentRange range = GetContentRange(file);
        RandomAccessSource source = !range.InPayload ? _source : _payload
            ?? throw new InvalidOperationException("The archive is split, and its payload stream is not open.");
        // A payload stream ends with a mark, which is no content.
        if (range.Length > source.Length - range.Position - (range.InPayload ? PxarFormat.HeaderSize : 0))
            throw PxarFormat.Malformed(range.Position, "the content lies behind the end of the archive");
        return (source, range);
    }

    /// <summary>
    /// The headers that tell whether the payload stream is whole around a content: that of the content, and the marks at both ends of the stream where they
    /// stand beside it, so that nothing more is fetched for them.
    /// </summary>
    private static IEnumerable<long> MarksAround(PxarPayloadReference reference, long length)
    {
        if (reference.Position == PxarFormat.HeaderSize)
            yield return 0;
        yield return reference.Position;
        if (reference.End == length - PxarFormat.HeaderSize)
            yield return reference.End;
    }

    private static void VerifyMark(ReadOnlySpan<byte> header, long position, PxarPayloadReference reference)
    {
        if (position == 0)
            PxarPayloadCursor.VerifyStart(header);
        else if (position == reference.Position)
            PxarPayloadCursor.VerifyHeader(header, reference);
        else
            PxarPayloadCursor.VerifyTail(header, position);
    }

    private static PxarNode AcceptTarget(PxarEntry target, PxarNode link)
    {
        ReadOnlySpan<byte> path = link.Entry.LinkTarget.Span;
        return target.Kind == PxarEntryKind.File && path[(path.LastIndexOf((byte)'/') + 1)..].SequenceEqual(target.Name.Span)
            ? new(target, target.HeadEnd + target.InlineLength)
            : throw PxarFormat.Malformed(link.Entry.Position, "the hard link does not lead to the file it names");
    }
}
