namespace ProxSharp.Backup.Formats.Pxar;

/// <content>The parts that read from the streams, each once for synchronous and once for asynchronous callers.</content>
public sealed partial class PxarReader
{
    /// <summary>Goes to the next event. Content of the current file that was not read is skipped.</summary>
    /// <returns>False when the archive has ended.</returns>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged, or something follows it.</exception>
    /// <exception cref="InvalidOperationException">The reader failed before, or is disposed.</exception>
    public bool Read()
    {
        EnsureUsable();
        _broken = true;
        if (_contentLeft > 0 && !_archive.Skip(_contentLeft))
            throw EndsEarly(_contentLeft);
        if (UncheckedEmpty is { } empty)
            _payload!.Read(Entry, empty, []);
        LeaveEntry();
        while (Step() is var needed and > 0)
        {
            if (!_archive.Fill(needed))
                throw EndsEarly(needed);
        }

        if (Event == PxarReaderEvent.None && _archive.Fill(1))
            throw TooLong();
        if (VerifiesPayload)
            _payload!.VerifyEnd();
        return Arrive();
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="cancellationToken">Stops reading; the reader cannot be used further then.</param>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        EnsureUsable();
        _broken = true;
        if (_contentLeft > 0 && !await _archive.SkipAsync(_contentLeft, cancellationToken).ConfigureAwait(false))
            throw EndsEarly(_contentLeft);
        if (UncheckedEmpty is { } empty)
            await _payload!.ReadAsync(Entry, empty, Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        LeaveEntry();
        while (Step() is var needed and > 0)
        {
            if (!await _archive.FillAsync(needed, cancellationToken).ConfigureAwait(false))
                throw EndsEarly(needed);
        }

        if (Event == PxarReaderEvent.None && await _archive.FillAsync(1, cancellationToken).ConfigureAwait(false))
            throw TooLong();
        if (VerifiesPayload)
            await _payload!.VerifyEndAsync(cancellationToken).ConfigureAwait(false);
        return Arrive();
    }

    /// <summary>The content of the current file. The stream can be read once, and until the next <see cref="Read"/>.</summary>
    /// <exception cref="InvalidOperationException">
    /// The current entry is no file, or the archive is split and there is no payload stream.
    /// </exception>
    public Stream OpenContent()
    {
        EnsureUsable();
        if (Event != PxarReaderEvent.Entry || Entry.Kind != PxarEntryKind.File)
            throw new InvalidOperationException("Only a file has content.");
        if (IsSplit && _payload is null)
            throw new InvalidOperationException("The archive is split, and its payload stream is not open.");
        if (_contentAsked)
            throw new InvalidOperationException("The content was opened already.");
        _contentAsked = true;
        return new PxarReaderContent(this, Entry);
    }

    internal int ReadContent(PxarEntry entry, Span<byte> destination)
    {
        EnsureCurrent(entry);
        if (entry.Payload is { } reference)
            return _payload!.Read(entry, reference, destination);
        int want = (int)Math.Min(destination.Length, _contentLeft);
        int read = _archive.Read(destination[..want]);
        return Took(read, want);
    }

    internal async ValueTask<int> ReadContentAsync(PxarEntry entry, Memory<byte> destination, CancellationToken cancellationToken)
    {
        EnsureCurrent(entry);
        if (entry.Payload is { } reference)
            return await _payload!.ReadAsync(entry, reference, destination, cancellationToken).ConfigureAwait(false);
        int want = (int)Math.Min(destination.Length, _contentLeft);
        int read = await _archive.ReadAsync(destination[..want], cancellationToken).ConfigureAwait(false);
        return Took(read, want);
    }

    private int Took(int read, int want)
    {
        if (read == 0 && want > 0)
        {
            _broken = true;
            throw EndsEarly(_contentLeft);
        }

        _contentLeft -= read;
        return read;
    }

    private void LeaveEntry()
    {
        _contentLeft = 0;
        _leftOut |= Event == PxarReaderEvent.Entry && _payload?.IsRead(Entry) == false;
        (_entry, Event) = (null, PxarReaderEvent.None);
    }

    private bool Arrive()
    {
        _broken = false;
        return Event != PxarReaderEvent.None;
    }

    private void EnsureUsable()
    {
        if (_broken)
            throw new InvalidOperationException("The reader is disposed, or it failed before.");
    }

    private void EnsureCurrent(PxarEntry entry)
    {
        EnsureUsable();
        if (entry != _entry || Event != PxarReaderEvent.Entry)
            throw new InvalidOperationException("The reader has gone on: content is there until the next entry only.");
    }

    private ProxmoxProtocolException EndsEarly(long needed) => PxarFormat.Malformed(
        _archive.Position + _archive.Span.Length,
        $"the archive ends where {needed - _archive.Span.Length} more bytes are expected");

    private ProxmoxProtocolException TooLong() => PxarFormat.Malformed(_archive.Position, "bytes follow the end of the archive");
}
