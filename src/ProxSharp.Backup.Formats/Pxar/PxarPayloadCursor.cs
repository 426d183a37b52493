namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Follows the references of a split archive through its payload stream, which is read forward only.</summary>
internal sealed class PxarPayloadCursor(Stream stream) : IDisposable
{
    private readonly PxarWindow _window = new(stream);
    private PxarEntry? _entry;
    private bool _started;
    private bool _ended;
    private long _left;

    /// <inheritdoc/>
    public void Dispose() => _window.Dispose();

    /// <summary>Checks that a payload header of the right length stands where a reference points to.</summary>
    internal static void VerifyHeader(ReadOnlySpan<byte> header, PxarPayloadReference reference)
    {
        if (PxarFormat.ReadUInt64(header, 0) != PxarFormat.Payload)
            throw PxarFormat.Malformed(reference.Position, "the payload stream has no payload where the archive refers to one");
        if (PxarFormat.ReadUInt64(header, 8) != (ulong)reference.Length + PxarFormat.HeaderSize)
            throw PxarFormat.Malformed(reference.Position, "the payload is not as long as the archive says");
    }

    /// <summary>Checks the marker that begins a payload stream.</summary>
    internal static void VerifyStart(ReadOnlySpan<byte> header)
    {
        if (PxarFormat.ReadUInt64(header, 0) != PxarFormat.PayloadStart || PxarFormat.ReadUInt64(header, 8) != PxarFormat.HeaderSize)
            throw PxarFormat.Malformed(0, "the stream does not begin with the mark of payloads");
    }

    /// <summary>Checks the marker that ends a payload stream.</summary>
    /// <param name="tail">What stands there; too short if the stream ends before.</param>
    /// <param name="position">Where it stands.</param>
    internal static void VerifyTail(ReadOnlySpan<byte> tail, long position)
    {
        if (tail.Length < PxarFormat.HeaderSize
            || PxarFormat.ReadUInt64(tail, 0) != PxarFormat.PayloadTail
            || PxarFormat.ReadUInt64(tail, 8) != PxarFormat.HeaderSize)
            throw PxarFormat.Malformed(position, "the payload stream does not end with its mark: its end is missing");
    }

    /// <summary>Whether the header of a file was looked at.</summary>
    internal bool IsEntered(PxarEntry entry) => _entry == entry;

    /// <summary>Whether the whole content of a file was taken.</summary>
    internal bool IsRead(PxarEntry entry) => entry.Payload is not { Length: > 0 } || (_entry == entry && _left == 0);

    /// <summary>Checks that the stream ends with the marker that ends a payload stream. What stands before it no file may refer to.</summary>
    internal void VerifyEnd()
    {
        if (_ended)
            return;
        if (!_started)
            Start(_window.Fill(PxarFormat.HeaderSize));
        while (_window.Fill(PxarFormat.HeaderSize + 1))
            LeaveTail();
        DemandTail();
    }

    /// <inheritdoc cref="VerifyEnd"/>
    internal async ValueTask VerifyEndAsync(CancellationToken cancellationToken)
    {
        if (_ended)
            return;
        if (!_started)
            Start(await _window.FillAsync(PxarFormat.HeaderSize, cancellationToken).ConfigureAwait(false));
        while (await _window.FillAsync(PxarFormat.HeaderSize + 1, cancellationToken).ConfigureAwait(false))
            LeaveTail();
        DemandTail();
    }

    internal int Read(PxarEntry entry, PxarPayloadReference reference, Span<byte> destination)
    {
        if (_entry != entry)
        {
            if (!_started)
                Start(_window.Fill(PxarFormat.HeaderSize));
            Ensure(_window.Skip(Distance(reference)) && _window.Fill(PxarFormat.HeaderSize));
            Enter(entry, reference);
        }

        int want = (int)Math.Min(destination.Length, _left);
        return Took(_window.Read(destination[..want]), want);
    }

    internal async ValueTask<int> ReadAsync(
        PxarEntry entry,
        PxarPayloadReference reference,
        Memory<byte> destination,
        CancellationToken cancellationToken)
    {
        if (_entry != entry)
        {
            if (!_started)
                Start(await _window.FillAsync(PxarFormat.HeaderSize, cancellationToken).ConfigureAwait(false));
            Ensure(await _window.SkipAsync(Distance(reference), cancellationToken).ConfigureAwait(false)
                && await _window.FillAsync(PxarFormat.HeaderSize, cancellationToken).ConfigureAwait(false));
            Enter(entry, reference);
        }

        int want = (int)Math.Min(destination.Length, _left);
        return Took(await _window.ReadAsync(destination[..want], cancellationToken).ConfigureAwait(false), want);
    }

    private void LeaveTail() => _window.Discard(_window.Span.Length - PxarFormat.HeaderSize);

    private void DemandTail()
    {
        VerifyTail(_window.Span, _window.Position);
        _ended = true;
    }

    private void Start(bool filled)
    {
        Ensure(filled);
        VerifyStart(_window.Span);
        _window.Discard(PxarFormat.HeaderSize);
        _started = true;
    }

    private long Distance(PxarPayloadReference reference) => reference.Position >= _window.Position
        ? reference.Position - _window.Position
        : throw PxarFormat.Malformed(reference.Position, "the archive refers back in the payload stream, which is read forward only");

    private void Enter(PxarEntry entry, PxarPayloadReference reference)
    {
        VerifyHeader(_window.Span, reference);
        _window.Discard(PxarFormat.HeaderSize);
        (_entry, _left) = (entry, reference.Length);
    }

    private int Took(int read, int want)
    {
        Ensure(read > 0 || want == 0);
        _left -= read;
        return read;
    }

    private void Ensure(bool there)
    {
        if (!there)
            throw PxarFormat.Malformed(_window.Position + _window.Span.Length, "the payload stream ends early");
    }
}
