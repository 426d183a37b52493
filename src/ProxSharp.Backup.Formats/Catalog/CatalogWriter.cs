using System.Buffers;
using System.Buffers.Binary;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>
/// Writes the catalog of a snapshot (<c>catalog.pcat1</c>), the same bytes as the official client. Directories of the root are the
/// archives of the snapshot, named like <c>root.pxar.didx</c>. Each block goes to the output when its directory ends; only the tables of
/// open directories are kept.
/// </summary>
public sealed class CatalogWriter
{
    private readonly IBufferWriter<byte> _output;
    private readonly Stack<Frame> _frames = new();

    /// <summary>Begins a catalog.</summary>
    /// <param name="output">Where it goes.</param>
    public CatalogWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        _output.Write(CatalogFormat.Magic);
        Position = CatalogFormat.Magic.Length;
        _frames.Push(new(default));
    }

    /// <summary>How many bytes were written so far.</summary>
    public long Position { get; private set; }

    /// <summary>How many directories are open below the root.</summary>
    public int Depth => Math.Max(0, _frames.Count - 1);

    /// <summary>Begins a directory, or an archive if none is open.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The name is empty or longer than 4095 bytes.</exception>
    public void BeginDirectory(PxarName name)
    {
        EnsureOpen(name);
        _frames.Push(new(name));
    }

    /// <summary>Ends the directory or archive that was begun last.</summary>
    /// <exception cref="InvalidOperationException">None is open.</exception>
    public void EndDirectory()
    {
        if (_frames.Count < 2)
            throw new InvalidOperationException("No directory is open.");
        Frame frame = _frames.Pop();
        long position = WriteBlock(frame);
        Frame parent = _frames.Peek();
        parent.Begin(CatalogEntryKind.Directory, frame.Name);
        parent.AddDirectory(position);
    }

    /// <summary>Adds a regular file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="modificationTime">When it was changed last, in whole seconds since 1970-01-01T00:00:00Z, rounded down.</param>
    /// <exception cref="ArgumentException">The name is empty or longer than 4095 bytes.</exception>
    public void AddFile(PxarName name, ulong length, long modificationTime)
    {
        EnsureOpen(name);
        Frame frame = _frames.Peek();
        frame.Begin(CatalogEntryKind.File, name);
        frame.AddNumber(length);
        frame.AddSigned(modificationTime);
    }

    /// <summary>Adds an entry that is neither file nor directory.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The kind is another one, or the name is empty or longer than 4095 bytes.</exception>
    public void Add(CatalogEntryKind kind, PxarName name)
    {
        if (kind is CatalogEntryKind.Directory or CatalogEntryKind.File || !Enum.IsDefined(kind))
            throw new ArgumentException("Files and directories have methods of their own.", nameof(kind));
        EnsureOpen(name);
        _frames.Peek().Begin(kind, name);
    }

    /// <summary>Ends the catalog.</summary>
    /// <exception cref="InvalidOperationException">A directory is open, or the catalog is finished.</exception>
    public void Finish()
    {
        if (_frames.Count != 1)
            throw new InvalidOperationException(_frames.Count == 0 ? "The catalog is finished." : "A directory was not ended.");
        long root = WriteBlock(_frames.Pop());
        BinaryPrimitives.WriteInt64LittleEndian(_output.GetSpan(CatalogFormat.RootPointerSize), root);
        _output.Advance(CatalogFormat.RootPointerSize);
        Position += CatalogFormat.RootPointerSize;
    }

    private void EnsureOpen(PxarName name)
    {
        if (name.IsRoot || name.Span.Length >= CatalogFormat.MaxNameLength)
            throw new ArgumentException("A name has 1 to 4095 bytes.", nameof(name));
        if (_frames.Count == 0)
            throw new InvalidOperationException("The catalog is finished.");
    }

    private long WriteBlock(Frame frame)
    {
        long position = Position;
        Span<byte> count = stackalloc byte[CatalogFormat.MaxNumberSize];
        count = count[..CatalogNumber.Write(count, frame.Count)];
        Span<byte> length = stackalloc byte[CatalogFormat.MaxNumberSize];
        length = length[..CatalogNumber.Write(length, (ulong)(count.Length + frame.Length(position)))];
        _output.Write(length);
        _output.Write(count);
        Position += length.Length + count.Length + frame.WriteEntries(_output, position);
        return position;
    }

    /// <summary>
    /// An open directory. Its entries are encoded at once, but for the distances to directories: those depend on where this block will
    /// begin.
    /// </summary>
    private sealed class Frame(PxarName name)
    {
        private readonly ArrayBufferWriter<byte> _entries = new();
        private readonly List<(int At, long Position)> _directories = [];

        internal PxarName Name { get; } = name;

        internal ulong Count { get; private set; }

        internal void Begin(CatalogEntryKind kind, PxarName name)
        {
            Count++;
            _entries.GetSpan(1)[0] = (byte)kind;
            _entries.Advance(1);
            AddNumber((ulong)name.Span.Length);
            _entries.Write(name.Span);
        }

        internal void AddNumber(ulong value) => _entries.Advance(CatalogNumber.Write(_entries.GetSpan(CatalogFormat.MaxNumberSize), value));

        internal void AddSigned(long value) => _entries.Advance(CatalogNumber.WriteSigned(_entries.GetSpan(CatalogFormat.MaxNumberSize), value));

        internal void AddDirectory(long position) => _directories.Add((_entries.WrittenCount, position));

        internal long Length(long position)
        {
            Span<byte> number = stackalloc byte[CatalogFormat.MaxNumberSize];
            long length = _entries.WrittenCount;
            foreach ((_, long child) in _directories)
                length += CatalogNumber.Write(number, (ulong)(position - child));
            return length;
        }

        internal long WriteEntries(IBufferWriter<byte> output, long position)
        {
            Span<byte> number = stackalloc byte[CatalogFormat.MaxNumberSize];
            ReadOnlySpan<byte> entries = _entries.WrittenSpan;
            long written = entries.Length;
            int done = 0;
            foreach ((int at, long child) in _directories)
            {
                output.Write(entries[done..at]);
                int used = CatalogNumber.Write(number, (ulong)(position - child));
                output.Write(number[..used]);
                (done, written) = (at, written + used);
            }

            output.Write(entries[done..]);
            return written;
        }
    }
}
