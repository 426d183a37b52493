namespace ProxSharp.Backup.Formats.Pxar;

/// <content>The synchronous half.</content>
public sealed partial class PxarWriter
{
    /// <summary>Begins a directory; its children come next, then <see cref="EndDirectory"/>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a directory.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a directory.
    /// </exception>
    public void BeginDirectory(PxarName name, PxarMetadata metadata)
    {
        EnsureUsable();
        _encoder.BeginDirectory(name, metadata);
        Drain(BlockSize);
    }

    /// <summary>Ends the directory that was begun last.</summary>
    /// <exception cref="InvalidOperationException">Only the root is open.</exception>
    public void EndDirectory()
    {
        EnsureUsable();
        _encoder.EndDirectory();
        Drain(BlockSize);
    }

    /// <summary>
    /// Writes a file of a split archive whose content comes from the previous backup: its chunks are injected before or soon after, at
    /// the latest before the end.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="content">Where the content lies in this payload stream; see <see cref="InjectPayload"/>.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, the metadata are not those of a file, or no stream has such a position.
    /// </exception>
    public void WriteFileReference(PxarName name, PxarMetadata metadata, PxarPayloadReference content)
    {
        EnsureUsable();
        _encoder.FileReference(name, metadata, content);
        Drain(BlockSize);
    }

    /// <summary>Writes a symbolic link.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a symbolic link.</param>
    /// <param name="target">What the link holds: 1 to 4096 bytes, any text without NUL.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, the metadata are not those of a link, or the target is not valid.
    /// </exception>
    public void WriteSymlink(PxarName name, PxarMetadata metadata, ReadOnlyMemory<byte> target)
    {
        EnsureUsable();
        _encoder.Symlink(name, metadata, target.Span);
        Drain(BlockSize);
    }

    /// <summary>Writes a further name of a file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="target">The file; see <see cref="GetLastFile"/>.</param>
    /// <exception cref="ArgumentException">The name was given before in this directory, or the target is of another archive.</exception>
    public void WriteHardLink(PxarName name, PxarLinkTarget target)
    {
        EnsureUsable();
        _encoder.HardLink(name, target);
        Drain(BlockSize);
    }

    /// <summary>Writes a character or block device; the mode says which.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a device.</param>
    /// <param name="major">The major number.</param>
    /// <param name="minor">The minor number.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a device.
    /// </exception>
    public void WriteDevice(PxarName name, PxarMetadata metadata, ulong major, ulong minor)
    {
        EnsureUsable();
        _encoder.Device(name, metadata, major, minor);
        Drain(BlockSize);
    }

    /// <summary>Writes a named pipe or a socket; the mode says which.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a named pipe or socket.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a pipe or socket.
    /// </exception>
    public void WriteSpecial(PxarName name, PxarMetadata metadata)
    {
        EnsureUsable();
        _encoder.Special(name, metadata);
        Drain(BlockSize);
    }

    /// <summary>
    /// Writes a regular file. The content is read until the announced length: what is missing becomes zeros, what is more is left out.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="content">The content, read from where the stream stands; it stays open.</param>
    /// <returns>How the content compares with the announced length.</returns>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a file.
    /// </exception>
    public PxarFileResult WriteFile(PxarName name, PxarMetadata metadata, long length, Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        EnsureUsable();
        _encoder.BeginFile(name, metadata, length);
        _broken = true;
        long left = length;
        while (left > 0 && content.Read(Block(left).Span) is var read and > 0)
        {
            ContentBuffer.Advance(read);
            left -= read;
            Drain(BlockSize);
        }

        long missing = left;
        while (left > 0)
        {
            left -= PadBlock(left);
            Drain(BlockSize);
        }

        bool more = missing == 0 && content.Read(ContentBuffer.GetSpan(1)[..1]) > 0;
        Drain(BlockSize);
        _broken = false;
        return new(missing, more);
    }

    /// <summary>Writes a regular file whose content is in memory.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a file.
    /// </exception>
    public void WriteFile(PxarName name, PxarMetadata metadata, ReadOnlyMemory<byte> content)
    {
        EnsureUsable();
        _encoder.BeginFile(name, metadata, content.Length);
        while (!content.IsEmpty)
        {
            content = CopyBlock(content);
            Drain(BlockSize);
        }

        Drain(BlockSize);
    }

    /// <summary>
    /// Tells that bytes of the previous backup, which the caller puts into the payload stream behind what was written so far, come now.
    /// All that was written before is handed to the payload stream first. Files within these bytes are then written with <see
    /// cref="WriteFileReference"/>.
    /// </summary>
    /// <param name="length">How many bytes are injected.</param>
    /// <returns>Where in the payload stream they begin.</returns>
    /// <exception cref="InvalidOperationException">The archive is not split.</exception>
    public long InjectPayload(long length)
    {
        EnsureUsable();
        long position = _encoder.InjectPayload(length);
        Drain(1);
        return position;
    }

    /// <summary>Hands all that was written so far to the streams, and flushes them.</summary>
    public void Flush()
    {
        EnsureUsable();
        Drain(1);
        _archive.Flush();
        _payload?.Flush();
    }

    /// <summary>Ends the root and the archive, and flushes the streams.</summary>
    /// <exception cref="InvalidOperationException">
    /// A directory is open, a referenced content was never injected, or the archive is finished.
    /// </exception>
    public void Finish()
    {
        EnsureUsable();
        _encoder.Finish();
        Flush();
    }

    private void Drain(int threshold)
    {
        if (_encoder.Archive.WrittenCount < threshold && _encoder.Payload.WrittenCount < threshold)
            return;
        bool before = _broken;
        _broken = true;
        if (_encoder.Archive.WrittenCount > 0)
            _archive.Write(_encoder.Archive.WrittenSpan);
        _encoder.DrainedArchive();
        if (_encoder.Payload.WrittenCount > 0)
            _payload!.Write(_encoder.Payload.WrittenSpan);
        _encoder.Payload.ResetWrittenCount();
        _broken = before;
    }
}
