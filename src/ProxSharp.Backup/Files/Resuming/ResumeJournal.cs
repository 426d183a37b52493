using System.Buffers;
using System.Buffers.Binary;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Files.Resuming;

/// <summary>
/// A file in the target that holds what of an archive the restored files do not: the bytes between their contents, in order. With it and the files, chunks can
/// be put together that were fetched before. It is there from the first flush to the end of the restore. It can only save fetching: what is wrong in it does
/// not have the digest. For one thread at a time, but for <see cref="ReadKnown"/>.
/// </summary>
internal sealed class ResumeJournal : IDisposable
{
    private const int HeaderSize = 8 + Sha256Digest.Size;
    private const int RecordSize = 24;
    private const int MostHead = 64 << 20;
    private const int MostPath = 16 << 20;
    private const int BlockSize = 64 << 10;
    private const int MostUnwritten = 1 << 20;
    private const uint Mode = 0b110_000_000;

    private readonly string _directory;
    private readonly byte[] _header = [.. "prxjrnl1"u8, .. new byte[Sha256Digest.Size]];
    private readonly PxarName _name;
    private readonly long _size;
    private readonly bool _replaces;
    private readonly bool _spares;
    private readonly ArrayBufferWriter<byte> _block = new(BlockSize);
    private ITargetDirectory? _root;
    private ITargetFile? _file;
    private long _at = HeaderSize;
    private long _unwritten;
    private bool _isOver;

    private ResumeJournal(string directory, Sha256Digest archive, long size, ExistingFiles existing)
    {
        (_directory, _size) = (directory, size);
        // A restore that refuses what exists must not take away what another one may go on with.
        _replaces = existing is ExistingFiles.Overwrite or ExistingFiles.KeepSameContent;
        // Nor one that skips it, even when it is complete.
        _spares = existing == ExistingFiles.Skip;
        archive.CopyTo(_header.AsSpan(8));
        _name = TemporaryName.OfJournal(archive);
    }

    /// <summary>Up to where in the archive it tells what is there; the first record to be added begins there.</summary>
    public long Known { get; private set; }

    /// <summary>Opens the journal that a restore has left, if this one goes on with it; else one is begun when there is something to note.</summary>
    /// <param name="directory">The target.</param>
    /// <param name="archive">The checksum of the index of the archive.</param>
    /// <param name="size">The length of the archive.</param>
    /// <param name="existing">What the restore does where something exists.</param>
    public static ResumeJournal Open(string directory, Sha256Digest archive, long size, ExistingFiles existing)
    {
        ResumeJournal journal = new(directory, archive, size, existing);
        if (existing == ExistingFiles.KeepSameContent)
            journal.Do(journal.Load);
        return journal;
    }

    /// <summary>What a restore has noted, up to <see cref="Known"/> as it was when this was opened.</summary>
    public IEnumerable<KnownPiece> ReadKnown()
    {
        ITargetFile? file = _file;
        long end = Known;
        long at = HeaderSize;
        for (long position = 0; position < end && file is not null && TryReadRecord(file, at, position, out Record record);)
        {
            byte[] text = new byte[record.HeadLength + record.PathLength];
            if (!TryFill(file, at + RecordSize, text))
                yield break;
            yield return new(position, text.AsMemory(0, record.HeadLength), text.AsMemory(record.HeadLength), record.Offset, record.Length);
            position += record.HeadLength + record.Length;
            at += record.Size;
        }
    }

    /// <summary>Notes the next bytes of the archive.</summary>
    /// <param name="head">Bytes as they are.</param>
    /// <param name="path">The file whose content follows them; empty for none.</param>
    /// <param name="offset">Where in the file what follows begins.</param>
    /// <param name="length">How many bytes of the file follow.</param>
    public void Add(ReadOnlySpan<byte> head, ReadOnlySpan<byte> path, long offset, long length)
    {
        if (_isOver || (head.IsEmpty && length == 0))
            return;
        if (head.Length > MostHead || path.Length > MostPath)
        {
            Abandon();
            return;
        }

        Span<byte> record = _block.GetSpan(RecordSize);
        BinaryPrimitives.WriteInt32LittleEndian(record, head.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], path.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], length);
        _block.Advance(RecordSize);
        _block.Write(head);
        _block.Write(path);
        // A few records may stand for gigabytes of contents, and whoever is killed writes nothing more.
        _unwritten += head.Length + length;
        if (_block.WrittenCount >= BlockSize || _unwritten >= MostUnwritten)
            Do(Flush);
    }

    /// <summary>Removes it: nothing is left to go on with.</summary>
    public void Complete()
    {
        _isOver = true;
        if (_spares && _file is null)
            return;
        Do(() =>
        {
            _file?.Dispose();
            _file = null;
            if (_root is null && !Directory.Exists(_directory))
                return;
            _root ??= TargetTrees.Create().OpenRoot(_directory);
            if (_root.Find(_name) is not null)
                _root.Delete(_name);
        });
    }

    /// <summary>Removes what this restore has noted or gone on with; what it did not touch stays.</summary>
    public void Discard()
    {
        if (_file is not null)
            Complete();
        _isOver = true;
    }

    /// <summary>Goes no further. What was noted so far stays.</summary>
    public void Abandon()
    {
        if (!_isOver)
            Do(Flush);
        _isOver = true;
    }

    public void Dispose()
    {
        Abandon();
        _file?.Dispose();
        _root?.Dispose();
    }

    private static bool TryFill(ITargetFile file, long position, Span<byte> destination)
    {
        try
        {
            int filled = 0;
            while (filled < destination.Length && file.Read(position + filled, destination[filled..]) is var more and > 0)
                filled += more;
            return filled == destination.Length;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // It may save fetching, and is not needed; and it may be removed while something is fetched ahead.
            return false;
        }
    }

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A restore can do without: one that goes on with it fetches more.
            _isOver = true;
        }
    }

    private void Load()
    {
        if (!Directory.Exists(_directory))
            return;
        _root = TargetTrees.Create().OpenRoot(_directory);
        if (_root.Find(_name) is not { Kind: PxarEntryKind.File })
            return;
        ITargetFile file = _root.Open(_name, write: true);
        byte[] header = new byte[HeaderSize];
        // What has another name as well is no journal.
        if (file.Stat.Links > 1 || !TryFill(file, 0, header) || !header.AsSpan().SequenceEqual(_header))
        {
            file.Dispose();
            return;
        }

        _file = file;
        long end = file.Stat.Length;
        while (TryReadRecord(file, _at, Known, out Record record) && _at + record.Size <= end)
        {
            Known += record.HeadLength + record.Length;
            _at += record.Size;
        }
    }

    private bool TryReadRecord(ITargetFile file, long at, long position, out Record record)
    {
        Span<byte> bytes = stackalloc byte[RecordSize];
        record = default;
        if (!TryFill(file, at, bytes))
            return false;
        record = new(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        return record.HeadLength is >= 0 and <= MostHead
            && record.PathLength is >= 0 and <= MostPath
            && record.Offset >= 0 && record.Offset <= _size
            && record.Length >= 0 && record.HeadLength + record.Length > 0
            && record.Length <= _size - position - record.HeadLength;
    }

    private void Flush()
    {
        if (_block.WrittenCount == 0)
            return;
        _file ??= Create();
        _file?.Write(_at, _block.WrittenSpan);
        _at += _block.WrittenCount;
        _unwritten = 0;
        _block.ResetWrittenCount();
    }

    private ITargetFile? Create()
    {
        _isOver = true;
        // The restore makes the target when it knows that there is something to restore.
        if (!Directory.Exists(_directory))
            return null;
        _root ??= TargetTrees.Create().OpenRoot(_directory);
        if (_root.Find(_name) is not null)
        {
            if (!_replaces)
                return null;
            _root.Delete(_name);
        }

        ITargetFile file = _root.Create(_name, Mode);
        file.Write(0, _header);
        _isOver = false;
        return file;
    }

    private readonly record struct Record(int HeadLength, int PathLength, long Offset, long Length)
    {
        public long Size => RecordSize + (long)HeadLength + PathLength;
    }
}
