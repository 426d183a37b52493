using System.Buffers;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The state of an archive that is being written: all but contents goes to buffers, which the writer drains.</summary>
internal sealed class PxarEncoder
{
    private readonly List<Frame> _frames = [];
    private readonly bool _split;
    private long _drained;
    private long _referenced;
    private (PxarName Name, long Position)? _lastFile;

    internal PxarEncoder(PxarMetadata root, bool split, ReadOnlyMemory<byte> prelude)
    {
        EnsureKind(root, PxarEntryKind.Directory);
        _split = split;
        if (split)
        {
            PxarItemWriter.Numbers(Archive, PxarFormat.Version, PxarFormat.SplitVersion);
            if (!prelude.IsEmpty)
                PxarItemWriter.Bytes(Archive, PxarFormat.Prelude, prelude.Span);
            PxarItemWriter.Header(Payload, PxarFormat.PayloadStart, 0);
            PayloadPosition = PxarFormat.HeaderSize;
        }

        // The tail of the root counts from the start of the archive, also where a version and a prelude stand before it.
        _frames.Add(new(default, 0, 0));
        PxarItemWriter.Metadata(Archive, root);
    }

    /// <summary>Bytes for the archive that were not drained yet.</summary>
    internal ArrayBufferWriter<byte> Archive { get; } = new(4096);

    /// <summary>Bytes for the payload stream that were not drained yet.</summary>
    internal ArrayBufferWriter<byte> Payload { get; } = new(64);

    internal long Position => _drained + Archive.WrittenCount;

    internal long PayloadPosition { get; private set; }

    internal int Depth => _frames.Count - 1;

    internal bool IsFinished => _frames.Count == 0;

    internal void DrainedArchive()
    {
        _drained += Archive.WrittenCount;
        Archive.ResetWrittenCount();
    }

    internal void BeginDirectory(PxarName name, PxarMetadata metadata)
    {
        EnsureKind(metadata, PxarEntryKind.Directory);
        (long position, _) = Begin(name);
        _frames.Add(new(name, position, Position));
        PxarItemWriter.Metadata(Archive, metadata);
    }

    internal void EndDirectory()
    {
        if (_frames.Count < 2)
            throw new InvalidOperationException("No directory is open but the root, which ends with Finish.");
        End();
    }

    internal void Finish()
    {
        if (_frames.Count != 1)
            throw new InvalidOperationException(IsFinished ? "The archive is finished." : "A directory was not ended.");
        if (_referenced > PayloadPosition)
            throw new InvalidOperationException("A file refers to content that never came into the payload stream.");
        End();
        if (_split)
        {
            PxarItemWriter.Header(Payload, PxarFormat.PayloadTail, 0);
            PayloadPosition += PxarFormat.HeaderSize;
        }
    }

    /// <summary>Writes all of a file but its content, which must follow in the archive or in the payload stream.</summary>
    internal void BeginFile(PxarName name, PxarMetadata metadata, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - (1L << 32) - Position - PayloadPosition);
        if (_split)
        {
            File(name, metadata, new(PayloadPosition, length), length);
            PxarItemWriter.Header(Payload, PxarFormat.Payload, length);
            PayloadPosition += PxarFormat.HeaderSize + length;
            return;
        }

        EnsureKind(metadata, PxarEntryKind.File);
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.Metadata(Archive, metadata);
        PxarItemWriter.Header(Archive, PxarFormat.Payload, length);
        _frames[^1].Children.Add(new(hash, position, Position - position + length, 0));
        _lastFile = (name, position);
    }

    internal void FileReference(PxarName name, PxarMetadata metadata, PxarPayloadReference reference)
    {
        EnsureSplit();
        if (reference.Position < PxarFormat.HeaderSize || reference.Length < 0 || reference.Length > long.MaxValue - reference.ContentPosition)
            throw new ArgumentOutOfRangeException(nameof(reference), reference, "No payload stream holds such content.");
        File(name, metadata, reference, 0);
        // A chunk that holds the end of a file may be injected later.
        _referenced = Math.Max(_referenced, reference.End);
    }

    internal long InjectPayload(long length)
    {
        EnsureSplit();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - (1L << 32) - PayloadPosition);
        long position = PayloadPosition;
        PayloadPosition += length;
        return position;
    }

    internal void Symlink(PxarName name, PxarMetadata metadata, ReadOnlySpan<byte> target)
    {
        EnsureKind(metadata, PxarEntryKind.Symlink);
        if (target.Length is 0 or > PxarFormat.MaxTextLength || target.Contains((byte)0))
            throw new ArgumentException("The target of a symbolic link has 1 to 4096 bytes and no NUL.", nameof(target));
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.Metadata(Archive, metadata);
        PxarItemWriter.Text(Archive, PxarFormat.Symlink, target);
        Complete(position, hash);
    }

    internal void HardLink(PxarName name, PxarLinkTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Position >= Position)
            throw new ArgumentException("The target is no file of this archive.", nameof(target));
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.HardLink(Archive, (ulong)(position - target.Position), target.Path.Span);
        Complete(position, hash);
    }

    internal void Device(PxarName name, PxarMetadata metadata, ulong major, ulong minor)
    {
        EnsureKind(metadata, PxarEntryKind.CharacterDevice, PxarEntryKind.BlockDevice);
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.Metadata(Archive, metadata);
        PxarItemWriter.Numbers(Archive, PxarFormat.Device, major, minor);
        Complete(position, hash);
    }

    internal void Special(PxarName name, PxarMetadata metadata)
    {
        EnsureKind(metadata, PxarEntryKind.Fifo, PxarEntryKind.Socket);
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.Metadata(Archive, metadata);
        Complete(position, hash);
    }

    internal PxarLinkTarget LastFile()
    {
        if (_lastFile is not { } file)
            throw new InvalidOperationException("No file was written last in an open directory.");
        ArrayBufferWriter<byte> path = new();
        foreach (Frame frame in _frames.Skip(1))
        {
            path.Write(frame.Name.Span);
            path.Write("/"u8);
        }

        path.Write(file.Name.Span);
        if (path.WrittenCount > PxarFormat.MaxTextLength)
            throw new InvalidOperationException("The path of the file is longer than the 4096 bytes that a hard link can hold.");
        return new(file.Position, path.WrittenMemory);
    }

    private static void EnsureKind(PxarMetadata metadata, PxarEntryKind kind, PxarEntryKind? alternative = null)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (metadata.Mode > 0xFFFF || (metadata.Kind != kind && (alternative is null || metadata.Kind != alternative)))
            throw new ArgumentException($"The mode does not say {alternative ?? kind}.", nameof(metadata));
        if (metadata.ModificationTime.Nanoseconds >= PxarTimestamp.NanosecondsPerSecond)
            throw new ArgumentException("A second has fewer nanoseconds.", nameof(metadata));
        if (metadata.FileCapability is { Length: > PxarFormat.MaxXattrLength })
            throw new ArgumentException("The file capability is too long.", nameof(metadata));
        if (metadata.Xattrs.Sum(static xattr => (long)xattr.Name.Length + xattr.Value.Length + PxarFormat.HeaderSize + 1) > PxarFormat.MaxHeadLength / 2)
            throw new ArgumentException("An archive keeps at most 8 MiB of extended attributes for one entry.", nameof(metadata));
    }

    private void EnsureSplit()
    {
        if (!_split)
            throw new InvalidOperationException("Only a split archive refers to payloads.");
    }

    private void File(PxarName name, PxarMetadata metadata, PxarPayloadReference reference, long newLength)
    {
        EnsureKind(metadata, PxarEntryKind.File);
        (long position, ulong hash) = Begin(name);
        PxarItemWriter.Metadata(Archive, metadata);
        PxarItemWriter.Numbers(Archive, PxarFormat.PayloadReference, (ulong)reference.Position, (ulong)reference.Length);
        _frames[^1].Children.Add(new(hash, position, Position - position, newLength));
        _lastFile = (name, position);
    }

    private (long Position, ulong Hash) Begin(PxarName name)
    {
        if (IsFinished)
            throw new InvalidOperationException("The archive is finished.");
        if (name.IsRoot)
            throw new ArgumentException("Only the root has no name.", nameof(name));
        Frame parent = _frames[^1];
        ulong hash = PxarHash.Compute(name.Span);
        if (!parent.Names.TryAdd(name, hash))
            throw new ArgumentException($"The name \"{name}\" stands twice in its directory.", nameof(name));
        long position = Position;
        PxarItemWriter.Text(Archive, PxarFormat.FileName, name.Span);
        _lastFile = null;
        return (position, hash);
    }

    private void Complete(long position, ulong hash) => _frames[^1].Children.Add(new(hash, position, Position - position, 0));

    private void End()
    {
        Frame frame = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
        GoodbyeTable.Write(Archive, Position, frame.EntryPosition, frame.Children);
        _lastFile = null;
        if (_frames is [.., var parent])
            parent.Children.Add(new(PxarHash.Compute(frame.Name.Span), frame.Position, Position - frame.Position, 0));
    }

    private sealed class Frame(PxarName name, long position, long entryPosition)
    {
        internal PxarName Name { get; } = name;

        internal long Position { get; } = position;

        internal long EntryPosition { get; } = entryPosition;

        internal List<GoodbyeChild> Children { get; } = [];

        internal PxarNameGuard Names { get; } = new();
    }
}
