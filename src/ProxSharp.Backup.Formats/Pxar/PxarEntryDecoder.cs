namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Reads one entry, up to its content or children, from a window of the archive. Pure: it asks for a longer window where one is needed.
/// </summary>
internal static class PxarEntryDecoder
{
    /// <summary>Reads the entry that begins at the start of the window.</summary>
    /// <param name="window">Bytes of the archive.</param>
    /// <param name="position">Where the window begins in the archive.</param>
    /// <param name="root">Whether the entry is the root, which has no name.</param>
    /// <param name="split">Whether the archive is split.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="needed">The length that the window must have, if it is too short.</param>
    internal static bool TryRead(ReadOnlySpan<byte> window, long position, bool root, bool split, out PxarEntry? entry, out int needed)
    {
        PxarItemCursor cursor = new(window, position);
        entry = Read(ref cursor, root, split);
        needed = cursor.Needed;
        if (cursor.Consumed > PxarFormat.MaxHeadLength || (entry is null && needed > PxarFormat.MaxHeadLength))
            throw PxarFormat.Malformed(position, "the entry has more than 16 MiB of metadata");
        return entry is not null;
    }

    /// <summary>Whether a path is relative and stays below the root: names between single slashes.</summary>
    internal static bool IsSafePath(ReadOnlySpan<byte> path)
    {
        while (true)
        {
            int slash = path.IndexOf((byte)'/');
            if (!PxarName.IsValid(slash < 0 ? path : path[..slash]))
                return false;
            if (slash < 0)
                return true;
            path = path[(slash + 1)..];
        }
    }

    private static PxarEntry? Read(ref PxarItemCursor cursor, bool root, bool split)
    {
        long start = cursor.Position;
        PxarName name = default;
        if (!root)
        {
            if (!TryExpect(ref cursor, PxarFormat.FileName, out ReadOnlySpan<byte> text))
                return null;
            name = ReadName(text, start);
        }

        long entryPosition = cursor.Position;
        if (!cursor.TryPeek(out ulong type, out long length))
            return null;
        if (type == PxarFormat.HardLink && !root)
            return ReadHardLink(ref cursor, name, start, length);
        if (type is not (PxarFormat.Entry or PxarFormat.EntryV1))
            throw PxarFormat.Malformed(entryPosition, $"an entry is expected, not {PxarFormat.Describe(type)}");
        if (!cursor.TryTake(length, out ReadOnlySpan<byte> stat))
            return null;
        PxarMetadata metadata = PxarMetadataBuilder.ReadStat(stat, entryPosition);
        if (root && metadata.Kind != PxarEntryKind.Directory)
            throw PxarFormat.Malformed(entryPosition, "the root is no directory");
        return !TryReadMetadata(ref cursor, ref metadata) ? null : ReadNode(ref cursor, new(name, start, entryPosition, metadata, split));
    }

    private static bool TryReadMetadata(ref PxarItemCursor cursor, ref PxarMetadata metadata)
    {
        PxarMetadataBuilder? builder = null;
        while (true)
        {
            long position = cursor.Position;
            if (!cursor.TryPeek(out ulong type, out long length))
                return false;
            if (!PxarFormat.IsMetadata(type))
                break;
            if (!cursor.TryTake(length, out ReadOnlySpan<byte> content))
                return false;
            (builder ??= new(metadata)).Add(type, content, position);
        }

        metadata = builder?.Build() ?? metadata;
        return true;
    }

    private static PxarEntry? ReadNode(ref PxarItemCursor cursor, in Head head)
    {
        long position = cursor.Position;
        if (!cursor.TryPeek(out ulong type, out long length))
            return null;
        PxarEntryKind kind = head.Metadata.Kind.GetValueOrDefault();
        bool fits = kind switch
        {
            PxarEntryKind.File => type == (head.Split ? PxarFormat.PayloadReference : PxarFormat.Payload),
            PxarEntryKind.Symlink => type == PxarFormat.Symlink,
            PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice => type == PxarFormat.Device,
            _ => type is PxarFormat.FileName or PxarFormat.Goodbye,
        };
        if (!fits)
            throw PxarFormat.Malformed(position, $"{PxarFormat.Describe(type)} cannot follow an entry of kind {kind}");
        if (kind is PxarEntryKind.Directory or PxarEntryKind.Fifo or PxarEntryKind.Socket)
            return head.Create(kind, position);
        if (type == PxarFormat.Payload)
            return ReadPayload(ref cursor, head, length);
        if (!cursor.TryTake(length, out ReadOnlySpan<byte> content))
            return null;
        return kind switch
        {
            PxarEntryKind.File => head.Create(kind, cursor.Position, payload: ReadReference(content, position)),
            PxarEntryKind.Symlink => head.Create(kind, cursor.Position, target: ReadText(content, position).ToArray()),
            _ => head.Create(kind, cursor.Position, major: PxarFormat.ReadUInt64(content, 0), minor: PxarFormat.ReadUInt64(content, 8)),
        };
    }

    private static PxarEntry ReadPayload(ref PxarItemCursor cursor, in Head head, long length)
    {
        cursor.SkipHeader();
        if (length > long.MaxValue - cursor.Position)
            throw PxarFormat.Malformed(cursor.Position - PxarFormat.HeaderSize, $"no archive holds a payload of {length} bytes");
        return head.Create(PxarEntryKind.File, cursor.Position, length: length);
    }

    private static PxarEntry? ReadHardLink(ref PxarItemCursor cursor, PxarName name, long start, long length)
    {
        long position = cursor.Position;
        if (!cursor.TryTake(length, out ReadOnlySpan<byte> content))
            return null;
        ulong distance = PxarFormat.ReadUInt64(content, 0);
        if (distance == 0 || distance > (ulong)start)
            throw PxarFormat.Malformed(position, "the hard link names nothing before itself");
        ReadOnlySpan<byte> path = ReadText(content[8..], position);
        if (!IsSafePath(path))
            throw PxarFormat.Malformed(position, "the hard link names a path that does not lie below the root");
        return new(name, PxarEntryKind.HardLink, start)
        {
            EntryPosition = position,
            HeadEnd = cursor.Position,
            LinkPosition = start - (long)distance,
            LinkTarget = path.ToArray(),
        };
    }

    private static PxarPayloadReference ReadReference(ReadOnlySpan<byte> content, long position)
    {
        ulong offset = PxarFormat.ReadUInt64(content, 0);
        ulong length = PxarFormat.ReadUInt64(content, 8);
        // The start marker stands before the first payload.
        if (offset < PxarFormat.HeaderSize || offset > long.MaxValue - PxarFormat.HeaderSize || length > long.MaxValue - PxarFormat.HeaderSize - offset)
            throw PxarFormat.Malformed(position, "the payload reference lies outside of any payload stream");
        return new((long)offset, (long)length);
    }

    private static bool TryExpect(ref PxarItemCursor cursor, ulong expected, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!cursor.TryPeek(out ulong type, out long length))
            return false;
        if (type != expected)
            throw PxarFormat.Malformed(cursor.Position, $"{PxarFormat.Describe(expected)} is expected, not {PxarFormat.Describe(type)}");
        return cursor.TryTake(length, out content);
    }

    private static PxarName ReadName(ReadOnlySpan<byte> text, long position)
    {
        ReadOnlySpan<byte> bytes = ReadText(text, position);
        if (PxarName.Fault(bytes) is { } fault)
            throw PxarFormat.Malformed(position, $"the name \"{PxarName.Text(bytes)}\" {fault}");
        return new(bytes);
    }

    private static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> content, long position) => content.IndexOf((byte)0) == content.Length - 1
        ? content[..^1]
        : throw PxarFormat.Malformed(position, "the text does not end with its first NUL");

    private readonly record struct Head(PxarName Name, long Position, long EntryPosition, PxarMetadata Metadata, bool Split)
    {
        internal PxarEntry Create(
            PxarEntryKind kind,
            long headEnd,
            long length = 0,
            PxarPayloadReference? payload = null,
            ReadOnlyMemory<byte> target = default,
            ulong major = 0,
            ulong minor = 0) => new(Name, kind, Position)
            {
                EntryPosition = EntryPosition,
                Metadata = Metadata,
                HeadEnd = headEnd,
                Length = payload?.Length ?? length,
                Payload = payload,
                LinkTarget = target,
                DeviceMajor = major,
                DeviceMinor = minor,
            };
    }
}
