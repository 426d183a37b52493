using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>
/// Writes frames, one at a time. Once begun, a frame is written to its end: half of one would break the connection. Who reads never waits for who writes:
/// answers to the server are noted, and go out before the next frame.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The gate has no wait handle, so it holds nothing; disposing of it would strand those who wait.")]
internal sealed class FrameWriter(Stream transport, SendWindow windows)
{
    private const int MaxWindow = int.MaxValue;
    private const int DefaultWindow = 65_535;
    private const int HeadSize = 16 * 1024;
    private const int MostControls = 10_000;
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    // Longer frames gain nothing, and would keep pings from their turn on slow lines.
    private const int LongestData = 1 << 20;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly byte[] _head = new byte[HeadSize];
    private readonly Queue<ControlFrame> _controls = new();
    private bool _isFlushing;
    private int _lastStream = -1;

    /// <summary>Learns that the connection broke while nobody waited.</summary>
    public Action<Exception>? Broken { get; set; }

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Begins the connection: the largest windows and frames there are, since whoever asks for something has room for it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Preface.CopyTo(_head);
        int length = Preface.Length;
        new FrameHeader(24, FrameType.Settings, 0, 0).Write(_head.AsSpan(length));
        length += FrameHeader.Size;
        length = WriteSetting(length, 0x2, 0); // No pushes.
        length = WriteSetting(length, 0x4, MaxWindow);
        length = WriteSetting(length, 0x5, FrameRules.MaxFrame);
        length = WriteSetting(length, 0x6, FrameRules.LargestBlock);
        length += new ControlFrame(new FrameHeader(4, FrameType.WindowUpdate, 0, 0), MaxWindow - DefaultWindow).Write(_head.AsSpan(length));
        await transport.WriteAsync(_head.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request: headers, and the body as the windows allow.</summary>
    /// <param name="stream">The stream, on which a place was taken.</param>
    /// <param name="request">The request.</param>
    /// <param name="breaking">Breaks the connection: it is called if the request is given up amid a frame.</param>
    /// <param name="cancellationToken">Gives up the request.</param>
    /// <returns>False if the answer came before all was sent.</returns>
    public async Task<bool> SendAsync(Http2Stream stream, ChannelRequest request, Action breaking, CancellationToken cancellationToken)
    {
        using PooledBuffer headers = new(512);
        HeaderEncoder.Write(headers, request);
        ReadOnlyMemory<byte> body = request.Body;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await WriteControlsAsync().ConfigureAwait(false);

            // The numbers of streams must rise in the order in which they are opened.
            _lastStream += 2;
            windows.Open(stream, _lastStream);
            await WriteHeadersAsync(stream.Id, headers.Memory, body.IsEmpty).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }

        while (!body.IsEmpty)
        {
            if (!await windows.WaitAsync(stream, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            body = body[await WriteDataAsync(stream, body, breaking, cancellationToken).ConfigureAwait(false)..];
        }

        return true;
    }

    /// <summary>Notes a frame, which is written as soon as the one that is being written has ended.</summary>
    /// <exception cref="Http2Exception">The server asks without reading the answers.</exception>
    public void Post(ControlFrame frame)
    {
        lock (_controls)
        {
            if (_controls.Count >= MostControls)
            {
                throw new Http2Exception(ErrorCode.TooMuch, "the server asks for more answers than it reads");
            }

            _controls.Enqueue(frame);
            if (_isFlushing)
            {
                return;
            }

            _isFlushing = true;
        }

        _ = FlushAsync();
    }

    /// <summary>Tells the server that a request is given up.</summary>
    public void Reset(int stream) => Post(new ControlFrame(new FrameHeader(4, FrameType.Reset, 0, stream), (ulong)ErrorCode.Cancel));

    /// <summary>Tells the server why the connection ends, if it takes that at once.</summary>
    public async Task EndAsync(ErrorCode code, TimeProvider time)
    {
        if (!await _gate.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            using CancellationTokenSource patience = new(s_farewell, time);
            int length = new ControlFrame(new FrameHeader(8, FrameType.GoAway, 0, 0), (ulong)code).Write(_head);
            await transport.WriteAsync(_head.AsMemory(0, length), patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Broken?.Invoke(exception); // The connection ends anyway.
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            try
            {
                await WriteControlsAsync().ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        catch (Exception exception)
        {
            Broken?.Invoke(exception);
        }
    }

    private async Task<int> WriteDataAsync(Http2Stream stream, ReadOnlyMemory<byte> body, Action breaking, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // New settings apply between two frames: what is taken here is sent before they are confirmed.
            await WriteControlsAsync().ConfigureAwait(false);
            int count = windows.Take(stream, Math.Min(body.Length, LongestData));
            if (count > 0)
            {
                CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((Action)state!)(), breaking);
                await using (registration.ConfigureAwait(false))
                {
                    await WriteDataAsync(stream.Id, body[..count], isLast: count == body.Length).ConfigureAwait(false);
                }
            }

            return count;
        }
        finally
        {
            _gate.Release();
        }
    }

    private ValueTask WriteDataAsync(int stream, ReadOnlyMemory<byte> data, bool isLast)
    {
        // The first bytes go with the header, so that no record on the wire holds the header alone.
        new FrameHeader(data.Length, FrameType.Data, isLast ? FrameHeader.EndStream : (byte)0, stream).Write(_head);
        int first = Math.Min(data.Length, HeadSize - FrameHeader.Size);
        data[..first].CopyTo(_head.AsMemory(FrameHeader.Size));
        return WriteAsync(FrameHeader.Size + first, data[first..]);
    }

    private ValueTask WriteHeadersAsync(int stream, ReadOnlyMemory<byte> headers, bool isLast)
    {
        // A server that allows a smaller table than usual wants to hear that it is kept to: none is used.
        int length = stream == 1 ? 1 : 0;
        byte flags = (byte)(FrameHeader.EndHeaders | (isLast ? FrameHeader.EndStream : 0));
        new FrameHeader(headers.Length + length, FrameType.Headers, flags, stream).Write(_head);
        _head[FrameHeader.Size] = HeaderEncoder.NoTable;
        headers.CopyTo(_head.AsMemory(FrameHeader.Size + length));
        return WriteAsync(FrameHeader.Size + length + headers.Length, default);
    }

    private async ValueTask WriteControlsAsync()
    {
        while (TakeControls() is int length and > 0)
        {
            await WriteAsync(length, default).ConfigureAwait(false);
        }
    }

    private int TakeControls()
    {
        int length = 0;
        lock (_controls)
        {
            while (length + ControlFrame.MaxSize <= HeadSize && _controls.TryDequeue(out ControlFrame frame))
            {
                if (frame.Settings is { } settings)
                {
                    windows.Apply(settings);
                }

                length += frame.Write(_head.AsSpan(length));
            }

            _isFlushing &= length > 0;
        }

        return length;
    }

    private async ValueTask WriteAsync(int head, ReadOnlyMemory<byte> rest)
    {
        await transport.WriteAsync(_head.AsMemory(0, head), CancellationToken.None).ConfigureAwait(false);
        if (!rest.IsEmpty)
        {
            await transport.WriteAsync(rest, CancellationToken.None).ConfigureAwait(false);
        }

        await transport.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private int WriteSetting(int at, short id, int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_head.AsSpan(at), id);
        BinaryPrimitives.WriteInt32BigEndian(_head.AsSpan(at + 2), value);
        return at + 6;
    }
}
