using System.Buffers;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Reads an archive from front to back in bounded memory: per open directory it keeps 40 bytes a child, and never a content. All lengths,
/// names and goodbye tables are verified while they pass.
/// </summary>
/// <example>
/// <code>
/// using PxarReader reader = new(stream);
/// while (reader.Read())
/// {
///     if (reader.Event == PxarReaderEvent.Entry &amp;&amp; reader.Entry.Kind == PxarEntryKind.File)
///         reader.OpenContent().CopyTo(target);
/// }
/// </code>
/// </example>
public sealed partial class PxarReader : IDisposable
{
    private readonly PxarWindow _archive;
    private readonly PxarPayloadCursor? _payload;
    private readonly PxarReaderOptions _options;
    private readonly List<PxarReaderFrame> _frames = [];
    private State _state = State.Start;
    private PxarEntry? _entry;
    private long _contentLeft;
    private bool _contentAsked;
    private bool _broken;
    private bool _leftOut;

    /// <summary>Creates a reader. The streams stay open when it is disposed.</summary>
    /// <param name="archive">The archive; of a split archive, the metadata stream. It is read from where it stands.</param>
    /// <param name="payload">
    /// The payload stream of a split archive; without it, contents cannot be opened. Where all contents are read, its end is verified too.
    /// </param>
    /// <param name="options">How to read; null for the default.</param>
    public PxarReader(Stream archive, Stream? payload = null, PxarReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(archive);
        _archive = new(archive);
        _payload = payload is null ? null : new(payload);
        _options = options ?? PxarReaderOptions.Default;
    }

    private enum State
    {
        Start,
        Root,
        Directory,
        Goodbye,
        End,
    }

    /// <summary>Where the reader stands.</summary>
    public PxarReaderEvent Event { get; private set; }

    /// <summary>The entry that was just read, or the directory that just ended.</summary>
    /// <exception cref="InvalidOperationException">Nothing was read yet, or the archive has ended.</exception>
    public PxarEntry Entry => _entry ?? throw new InvalidOperationException("The reader stands at no entry. Call Read first.");

    /// <summary>Whether the archive is split; known after the first read.</summary>
    public bool IsSplit { get; private set; }

    /// <summary>
    /// What a split archive says before its root, for example exclude patterns as JSON; empty if there is nothing. Known after the first
    /// read.
    /// </summary>
    public ReadOnlyMemory<byte> Prelude { get; private set; }

    /// <summary>How many directories are above the current entry; 0 for the root.</summary>
    public int Depth => _frames.Count - (Event == PxarReaderEvent.Entry && Entry.Kind == PxarEntryKind.Directory ? 1 : 0);

    /// <summary>How many bytes of the archive were used.</summary>
    public long Position => _archive.Position;

    /// <summary>The path of the current entry from the root: names with slashes between them, empty for the root.</summary>
    /// <exception cref="InvalidOperationException">The reader stands at no entry.</exception>
    public byte[] GetPath()
    {
        ArrayBufferWriter<byte> path = new();
        foreach (PxarReaderFrame frame in _frames)
        {
            if (frame.Directory != Entry)
                Append(path, frame.Directory.Name);
        }

        Append(path, Entry.Name);
        return path.WrittenSpan.ToArray();
    }

    /// <summary>Frees the buffers. The streams stay open.</summary>
    public void Dispose()
    {
        _broken = true;
        _archive.Dispose();
        _payload?.Dispose();
    }

    private static void Append(ArrayBufferWriter<byte> path, PxarName name)
    {
        if (path.WrittenCount > 0)
            path.Write("/"u8);
        path.Write(name.Span);
    }

    // The rest of a payload stream is only read where the caller has read all before it.
    private bool VerifiesPayload => Event == PxarReaderEvent.None && IsSplit && _payload is not null && !_leftOut;

    // A file that the archive calls empty has a header in the payload stream too. Nobody reads a content without bytes, so it is looked at here; where
    // contents were left out, only for who has asked.
    private PxarPayloadReference? UncheckedEmpty =>
        Event == PxarReaderEvent.Entry && _payload is not null && (_contentAsked || !_leftOut) && Entry.Payload is { Length: 0 } reference
            && !_payload.IsEntered(Entry)
            ? reference
            : null;

    /// <summary>Goes on as far as the window allows. Returns 0 at an event or at the end, else how long the window must be.</summary>
    private int Step()
    {
        while (true)
        {
            switch (_state)
            {
                case State.Start:
                    if (ReadStart() is var start and > 0)
                        return start;
                    break;
                case State.Root or State.Directory:
                    return ReadNext();
                case State.Goodbye:
                    return ReadGoodbye();
                default:
                    return 0;
            }
        }
    }

    private int ReadStart()
    {
        if (!PxarStart.TryRead(_archive.Span, _archive.Position, out PxarStart? start, out int needed))
            return needed;
        (IsSplit, Prelude, _state) = (start!.IsSplit, start.Prelude, State.Root);
        _archive.Discard(start.RootPosition);
        return 0;
    }

    private int ReadNext()
    {
        PxarItemCursor cursor = new(_archive.Span, _archive.Position);
        if (!cursor.TryPeek(out ulong type, out long length))
            return cursor.Needed;
        if (_state == State.Directory && type == PxarFormat.Goodbye)
        {
            StartGoodbye(length);
            return ReadGoodbye();
        }

        bool root = _state == State.Root;
        if (!PxarEntryDecoder.TryRead(_archive.Span, _archive.Position, root, IsSplit, out PxarEntry? entry, out int needed))
            return needed;
        Accept(entry!);
        _archive.Discard((int)(entry!.HeadEnd - _archive.Position));
        return 0;
    }

    private void Accept(PxarEntry entry)
    {
        ulong hash = PxarHash.Compute(entry.Name.Span);
        if (_frames is [.., var parent])
        {
            if (!parent.Names.TryAdd(entry.Name, hash))
                throw PxarFormat.Malformed(entry.Position, $"the name \"{entry.Name}\" stands twice in its directory");
            if (entry.Kind != PxarEntryKind.Directory)
                parent.Children.Add(new(hash, entry.Position, entry.HeadEnd + entry.InlineLength - entry.Position, entry.Payload?.Length ?? 0));
        }

        if (entry.Kind == PxarEntryKind.Directory)
        {
            if (_frames.Count >= _options.MaxDepth)
                throw PxarFormat.Malformed(entry.Position, $"directories lie more than {_options.MaxDepth} deep");
            _frames.Add(new(entry, hash));
        }

        (_entry, Event, _state) = (entry, PxarReaderEvent.Entry, State.Directory);
        (_contentLeft, _contentAsked) = (entry.InlineLength, false);
    }

    private void StartGoodbye(long length)
    {
        PxarReaderFrame frame = _frames[^1];
        long position = _archive.Position;
        if (_options.VerifyGoodbyeTables)
        {
            if (length != GoodbyeTable.ItemSize(frame.Children.Count) - PxarFormat.HeaderSize)
                throw PxarFormat.Malformed(position, "the goodbye table has not one record for each child");
            // The tail of the root counts from the start of the archive, so it covers the version and the prelude.
            long start = _frames.Count == 1 ? 0 : frame.Directory.EntryPosition;
            frame.Verifier = new(frame.Children, position, start);
        }
        else if (length % PxarFormat.GoodbyeRecordSize != 0)
        {
            throw PxarFormat.Malformed(position, "the goodbye table ends within a record");
        }

        frame.RecordsLeft = length / PxarFormat.GoodbyeRecordSize;
        _archive.Discard(PxarFormat.HeaderSize);
        _state = State.Goodbye;
    }

    private int ReadGoodbye()
    {
        PxarReaderFrame frame = _frames[^1];
        for (; frame.RecordsLeft > 0; frame.RecordsLeft--)
        {
            ReadOnlySpan<byte> window = _archive.Span;
            if (window.Length < PxarFormat.GoodbyeRecordSize)
                return PxarFormat.GoodbyeRecordSize;
            frame.Verifier?.Verify(GoodbyeRecord.Read(window));
            _archive.Discard(PxarFormat.GoodbyeRecordSize);
        }

        _frames.RemoveAt(_frames.Count - 1);
        PxarEntry directory = frame.Directory;
        if (_frames is [.., var parent])
            parent.Children.Add(new(frame.Hash, directory.Position, _archive.Position - directory.Position, 0));
        (_entry, Event) = (directory, PxarReaderEvent.DirectoryEnd);
        _state = _frames.Count == 0 ? State.End : State.Directory;
        return 0;
    }
}
