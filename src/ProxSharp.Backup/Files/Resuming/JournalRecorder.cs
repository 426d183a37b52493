using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Resuming;

/// <summary>
/// Follows a reader through an archive, and notes what the files that are restored do not hold. Contents of large files pass; those of small ones are kept
/// until they are complete, because a part of those is not written when the restore is broken off.
/// </summary>
/// <param name="journal">Takes the notes.</param>
/// <param name="hasContents">
/// Whether contents of files are in the archive. Where none are, as in the names of a split one, several readers may see the bytes, each from the beginning:
/// what any of them has seen is noted.
/// </param>
internal sealed class JournalRecorder(ResumeJournal journal, bool hasContents) : IDisposable
{
    private const int SmallFile = 256 << 10;
    private const int Step = 64 << 10;

    private readonly Lock _lock = new();

    // What follows what was noted: bytes from _start on, without the content of a file that passes.
    private byte[] _bytes = new byte[Step];
    private int _count;
    private long _start = journal.Known;
    private Content? _file;
    private long _passed;
    private bool _passes;
    private bool _isOver;
    private PxarReader? _reader;

    /// <summary>The reader that takes the bytes.</summary>
    public void Attach(PxarReader reader) => _reader = reader;

    /// <summary>Sees bytes on their way to the reader.</summary>
    public void Take(long position, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_isOver)
                Accept(position, bytes);
        }
    }

    /// <summary>Sees that the reader leaves bytes out.</summary>
    public void Skip(long position)
    {
        lock (_lock)
        {
            if (_file is { } file && !_passes && position <= file.End && position > _start + _count)
                Pass();
        }
    }

    /// <summary>Sees where the reader has come to.</summary>
    public void Follow(PxarReader reader)
    {
        lock (_lock)
        {
            if (!_isOver)
                Arrive(reader);
        }
    }

    /// <summary>Leaves nothing to go on with.</summary>
    public void Discard()
    {
        lock (_lock)
        {
            _isOver = true;
            journal.Discard();
        }
    }

    /// <summary>Notes what has come so far if the archive has not ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Stop();
            journal.Dispose();
        }
    }

    private void Arrive(PxarReader reader)
    {
        Advance(reader.Position);
        if (reader.Event == PxarReaderEvent.DirectoryEnd && reader.Entry.Name.IsRoot)
        {
            // Before the directory gets its time, which the removal of a name in it would change.
            _isOver = true;
            journal.Complete();
        }
        else if (reader is { Event: PxarReaderEvent.Entry, Entry.Kind: PxarEntryKind.File }
            && PxarArchive.GetContentRange(reader.Entry) is { InPayload: false, Length: > 0 } range && range.Position + range.Length > _start)
        {
            long start = Math.Max(range.Position, _start);
            _file = new(reader.GetPath(), start, range.Position + range.Length, start - range.Position);
            if (range.Length > SmallFile && _start + _count <= _file.End)
                Pass();
        }
    }

    private void Accept(long position, ReadOnlySpan<byte> bytes)
    {
        long known = Math.Clamp(_start + _count - position, 0, bytes.Length);
        position += known;
        bytes = bytes[(int)known..];
        if (_passes && !bytes.IsEmpty)
        {
            int pass = (int)Math.Clamp(_file!.End - position, 0, bytes.Length);
            position += pass;
            bytes = bytes[pass..];
            _passed = Math.Max(_passed, Math.Min(position, _file.End));
            if (!bytes.IsEmpty)
                FinishFile();
        }

        if (bytes.IsEmpty)
            return;
        if (position != _start + _count)
        {
            Stop();
            return;
        }

        Append(bytes);
        Advance(hasContents ? _reader!.Position : _start + _count);
    }

    private void Stop()
    {
        if (_isOver)
            return;
        _isOver = true;
        if (_passes && _file is { } file)
            journal.Add(_bytes.AsSpan(0, (int)(file.Start - _start)), file.Path, file.Offset, _passed - file.Start);
        else
            journal.Add(_bytes.AsSpan(0, _count), default, 0, 0);
        journal.Abandon();
    }

    private void Advance(long used)
    {
        if (_file is { } file && used >= file.End)
            FinishFile();
        if (_file is null && used - _start >= Step && used <= _start + _count)
        {
            journal.Add(_bytes.AsSpan(0, (int)(used - _start)), default, 0, 0);
            Leave(used);
        }
    }

    private void Pass()
    {
        Content file = _file!;
        (_passed, _passes) = (_start + _count, true);
        _count = (int)(file.Start - _start);
    }

    private void FinishFile()
    {
        Content file = _file!;
        if (!_passes && _start + _count < file.End)
            Pass();
        journal.Add(_bytes.AsSpan(0, (int)(file.Start - _start)), file.Path, file.Offset, file.End - file.Start);
        if (_passes)
            (_count, _start) = (0, file.End);
        else
            Leave(file.End);
        (_file, _passes) = (null, false);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _count < bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    private void Leave(long position)
    {
        int left = (int)(position - _start);
        _bytes.AsSpan(left, _count - left).CopyTo(_bytes);
        (_count, _start) = (_count - left, position);
    }

    /// <summary>The content that the reader stands at, or what of it is not noted yet.</summary>
    private sealed record Content(byte[] Path, long Start, long End, long Offset);
}
