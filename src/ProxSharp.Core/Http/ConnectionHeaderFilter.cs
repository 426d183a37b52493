namespace ProxSharp.Http;

/// <summary>
/// Stands between the HTTP client and a connection to a server, and repairs contradicting Connection headers in the answers, so that the client
/// keeps a connection the server keeps.
/// </summary>
/// <remarks>
/// <para>
/// Proxmox: PVE answers most calls with <c>Connection: close</c> <em>and</em> <c>Connection: Keep-Alive</c> and leaves the socket open.
/// SocketsHttpHandler obeys the first, which costs a TLS handshake per call. See <see cref="ResponseHead.Repair"/> for what is changed.
/// </para>
/// <para>
/// Only heads are looked at: a head that comes in pieces is held back until it is complete; bodies go straight through. Whenever something is
/// not understood (chunked bodies, a body without a length, another protocol, a head that is too long), everything that follows on the connection
/// passes untouched.
/// </para>
/// </remarks>
internal sealed class ConnectionHeaderFilter(Stream inner) : Stream
{
    private const int LongestHead = 32 * 1024;

    private State _state = State.Head;
    private long _bodyLeft;
    private int _scanned;
    private volatile bool _sawHeadRequest;

    // Bytes held back: [_heldStart, _heldReady) can be read, [_heldReady, _heldEnd) is the beginning of a head.
    private byte[] _held = [];
    private int _heldStart;
    private int _heldReady;
    private int _heldEnd;

    private enum State
    {
        Head,
        Body,
        Untouched,
    }

    /// <inheritdoc/>
    public override bool CanRead => inner.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => inner.CanWrite;

    /// <inheritdoc/>
    public override bool CanTimeout => inner.CanTimeout;

    /// <inheritdoc/>
    public override int ReadTimeout
    {
        get => inner.ReadTimeout;
        set => inner.ReadTimeout = value;
    }

    /// <inheritdoc/>
    public override int WriteTimeout
    {
        get => inner.WriteTimeout;
        set => inner.WriteTimeout = value;
    }

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (TryDeliver(buffer, out int ready))
            {
                return ready;
            }

            int count = inner.Read(buffer);
            if (buffer.IsEmpty || Receive(buffer[..count], out ready))
            {
                return ready;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (TryDeliver(buffer.Span, out int ready))
            {
                return ready;
            }

            int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (buffer.IsEmpty || Receive(buffer.Span[..count], out ready))
            {
                return ready;
            }
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        LookAtRequest(buffer);
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        LookAtRequest(buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // The answer to HEAD has a length but no body. Proxmox servers do not know HEAD, so the connection is simply left alone from then on. A body
    // that happens to begin with these letters has the same harmless effect.
    private void LookAtRequest(ReadOnlySpan<byte> written)
    {
        if (written.StartsWith("HEAD "u8))
        {
            _sawHeadRequest = true;
        }
    }

    private bool TryDeliver(Span<byte> buffer, out int count)
    {
        count = Math.Min(_heldReady - _heldStart, buffer.Length);
        if (_heldReady == _heldStart)
        {
            return false;
        }

        _held.AsSpan(_heldStart, count).CopyTo(buffer);
        _heldStart += count;
        if (_heldStart == _heldEnd)
        {
            _heldStart = _heldReady = _heldEnd = 0;
        }

        return true;
    }

    /// <summary>Takes what came from the server into the reader's own buffer; false if nothing of it can be given out yet.</summary>
    private bool Receive(Span<byte> chunk, out int count)
    {
        count = 0;
        if (chunk.IsEmpty)
        {
            // The end: an incomplete head goes out as it is, the client will know what to say about it.
            _state = State.Untouched;
            _heldReady = _heldEnd;
            return _heldReady == _heldStart;
        }

        if (_heldEnd == _heldStart)
        {
            count = Advance(chunk);
            Hold(chunk[count..]);
            return count > 0;
        }

        Hold(chunk);
        _heldReady += Advance(_held.AsSpan(_heldReady, _heldEnd - _heldReady));
        return false; // The loop delivers it if there is something.
    }

    /// <summary>Goes through bytes, repairing heads in them.</summary>
    /// <returns>How many can be given out; the rest is the beginning of a head.</returns>
    private int Advance(Span<byte> data)
    {
        int done = 0;
        while (done < data.Length)
        {
            switch (_state)
            {
                case State.Untouched:
                    return data.Length;
                case State.Body:
                    int part = (int)Math.Min(_bodyLeft, data.Length - done);
                    done += part;
                    _bodyLeft -= part;
                    _state = _bodyLeft > 0 ? State.Body : State.Head;
                    break;
                default:
                    int head = TakeHead(data[done..]);
                    if (head == 0 && _state == State.Head)
                    {
                        return done;
                    }

                    done += head;
                    break;
            }
        }

        return done;
    }

    /// <summary>Repairs the head that the bytes begin with.</summary>
    /// <returns>Its length; zero if it is not complete, or if the connection is left alone from here on.</returns>
    private int TakeHead(Span<byte> data)
    {
        int known = Math.Min(data.Length, ResponseHead.Start.Length);
        if (_sawHeadRequest || !data[..known].SequenceEqual(ResponseHead.Start[..known]))
        {
            _state = State.Untouched;
            return 0;
        }

        int end = ResponseHead.FindEnd(data, _scanned);
        if (end < 0 || end > LongestHead)
        {
            _scanned = Math.Max(0, data.Length - 2);
            _state = data.Length > LongestHead ? State.Untouched : State.Head;
            return 0;
        }

        _scanned = 0;
        ResponseFraming framing = ResponseHead.Repair(data[..end], out _bodyLeft);
        _state = framing == ResponseFraming.Unknown ? State.Untouched : _bodyLeft > 0 ? State.Body : State.Head;
        return end;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        int kept = _heldEnd - _heldStart;
        byte[] target = _held.Length >= kept + bytes.Length ? _held : new byte[Math.Max(1024, 2 * (kept + bytes.Length))];
        _held.AsSpan(_heldStart, kept).CopyTo(target);
        bytes.CopyTo(target.AsSpan(kept));
        _heldReady -= _heldStart;
        (_held, _heldStart, _heldEnd) = (target, 0, kept + bytes.Length);
    }
}
