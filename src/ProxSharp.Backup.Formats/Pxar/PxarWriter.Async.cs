namespace ProxSharp.Backup.Formats.Pxar;

/// <content>The asynchronous half.</content>
public sealed partial class PxarWriter
{
    /// <summary>Begins a directory; its children come next, then <see cref="EndDirectory"/>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a directory.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a directory.
    /// </exception>
    public ValueTask BeginDirectoryAsync(PxarName name, PxarMetadata metadata, CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.BeginDirectory(name, metadata);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>Ends the directory that was begun last.</summary>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="InvalidOperationException">Only the root is open.</exception>
    public ValueTask EndDirectoryAsync(CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.EndDirectory();
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>
    /// Writes a file of a split archive whose content comes from the previous backup: its chunks are injected before or soon after, at
    /// the latest before the end.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="content">Where the content lies in this payload stream; see <see cref="InjectPayload"/>.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, the metadata are not those of a file, or no stream has such a position.
    /// </exception>
    public ValueTask WriteFileReferenceAsync(
        PxarName name,
        PxarMetadata metadata,
        PxarPayloadReference content,
        CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.FileReference(name, metadata, content);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>Writes a symbolic link.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a symbolic link.</param>
    /// <param name="target">What the link holds: 1 to 4096 bytes, any text without NUL.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, the metadata are not those of a link, or the target is not valid.
    /// </exception>
    public ValueTask WriteSymlinkAsync(
        PxarName name,
        PxarMetadata metadata,
        ReadOnlyMemory<byte> target,
        CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.Symlink(name, metadata, target.Span);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>Writes a further name of a file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="target">The file; see <see cref="GetLastFile"/>.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">The name was given before in this directory, or the target is of another archive.</exception>
    public ValueTask WriteHardLinkAsync(PxarName name, PxarLinkTarget target, CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.HardLink(name, target);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>Writes a character or block device; the mode says which.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a device.</param>
    /// <param name="major">The major number.</param>
    /// <param name="minor">The minor number.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a device.
    /// </exception>
    public ValueTask WriteDeviceAsync(
        PxarName name,
        PxarMetadata metadata,
        ulong major,
        ulong minor,
        CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.Device(name, metadata, major, minor);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>Writes a named pipe or a socket; the mode says which.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a named pipe or socket.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a pipe or socket.
    /// </exception>
    public ValueTask WriteSpecialAsync(PxarName name, PxarMetadata metadata, CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.Special(name, metadata);
        return DrainAsync(BlockSize, cancellationToken);
    }

    /// <summary>
    /// Writes a regular file. The content is read until the announced length: what is missing becomes zeros, what is more is left out.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="content">The content, read from where the stream stands; it stays open.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <returns>How the content compares with the announced length.</returns>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a file.
    /// </exception>
    public async ValueTask<PxarFileResult> WriteFileAsync(
        PxarName name,
        PxarMetadata metadata,
        long length,
        Stream content,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        EnsureUsable();
        _encoder.BeginFile(name, metadata, length);
        _broken = true;
        long left = length;
        while (left > 0 && await content.ReadAsync(Block(left), cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            ContentBuffer.Advance(read);
            left -= read;
            await DrainAsync(BlockSize, cancellationToken).ConfigureAwait(false);
        }

        long missing = left;
        while (left > 0)
        {
            left -= PadBlock(left);
            await DrainAsync(BlockSize, cancellationToken).ConfigureAwait(false);
        }

        bool more = missing == 0 && await content.ReadAsync(ContentBuffer.GetMemory(1)[..1], cancellationToken).ConfigureAwait(false) > 0;
        await DrainAsync(BlockSize, cancellationToken).ConfigureAwait(false);
        _broken = false;
        return new(missing, more);
    }

    /// <summary>Writes a regular file whose content is in memory.</summary>
    /// <param name="name">The name.</param>
    /// <param name="metadata">The metadata of a file.</param>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="ArgumentException">
    /// The name was given before in this directory, or the metadata are not those of a file.
    /// </exception>
    public async ValueTask WriteFileAsync(
        PxarName name,
        PxarMetadata metadata,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.BeginFile(name, metadata, content.Length);
        while (!content.IsEmpty)
        {
            content = CopyBlock(content);
            await DrainAsync(BlockSize, cancellationToken).ConfigureAwait(false);
        }

        await DrainAsync(BlockSize, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Tells that bytes of the previous backup, which the caller puts into the payload stream behind what was written so far, come now.
    /// All that was written before is handed to the payload stream first. Files within these bytes are then written with <see
    /// cref="WriteFileReference"/>.
    /// </summary>
    /// <param name="length">How many bytes are injected.</param>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <returns>Where in the payload stream they begin.</returns>
    /// <exception cref="InvalidOperationException">The archive is not split.</exception>
    public async ValueTask<long> InjectPayloadAsync(long length, CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        long position = _encoder.InjectPayload(length);
        await DrainAsync(1, cancellationToken).ConfigureAwait(false);
        return position;
    }

    /// <summary>Hands all that was written so far to the streams, and flushes them.</summary>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        await DrainAsync(1, cancellationToken).ConfigureAwait(false);
        await _archive.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_payload is not null)
            await _payload.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the root and the archive, and flushes the streams.</summary>
    /// <param name="cancellationToken">Stops writing; the archive cannot be completed then.</param>
    /// <exception cref="InvalidOperationException">
    /// A directory is open, a referenced content was never injected, or the archive is finished.
    /// </exception>
    public ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _encoder.Finish();
        return FlushAsync(cancellationToken);
    }

    private ValueTask DrainAsync(int threshold, CancellationToken cancellationToken) =>
        _encoder.Archive.WrittenCount < threshold && _encoder.Payload.WrittenCount < threshold ? default : DrainAllAsync(cancellationToken);

    private async ValueTask DrainAllAsync(CancellationToken cancellationToken)
    {
        bool before = _broken;
        _broken = true;
        if (_encoder.Archive.WrittenCount > 0)
            await _archive.WriteAsync(_encoder.Archive.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _encoder.DrainedArchive();
        if (_encoder.Payload.WrittenCount > 0)
            await _payload!.WriteAsync(_encoder.Payload.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _encoder.Payload.ResetWrittenCount();
        _broken = before;
    }
}
