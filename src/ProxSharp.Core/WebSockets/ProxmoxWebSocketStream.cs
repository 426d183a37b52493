using System.Buffers;
using ProxSharp.Http;

namespace ProxSharp.WebSockets;

/// <summary>
/// An open websocket as a stream of bytes. Reading gives the data of the server's messages without their borders and 0 when the server has closed
/// the connection; every write is sent at once. One reader and any number of writers may work at the same time.
/// </summary>
/// <remarks>A read or write that is cancelled ends the connection.</remarks>
public sealed class ProxmoxWebSocketStream : Stream
{
    // Status 1000, a normal end.
    private static readonly byte[] s_goodbye = [0x03, 0xE8];
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly HttpResponseMessage _response;
    private readonly Stream _transport;
    private readonly string _name;
    private readonly FrameReader _frames;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ReadOnlyMemory<byte> _keepAlive;
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private TimeSpan _keepAliveInterval;
    private Exception? _failure;
    private int _keepingAlive;
    private int _closing;
    private bool _ended;
    private volatile bool _isDisposed;

    internal ProxmoxWebSocketStream(HttpResponseMessage response, Stream transport, string name, ProxmoxWebSocketOptions options, TimeProvider time)
    {
        (_response, _transport, _name, _keepAlive, _time) = (response, transport, name, options.KeepAliveMessage, time);
        _frames = new FrameReader(name);
        _timer = time.CreateTimer(static state => ((ProxmoxWebSocketStream)state!).KeepAlive(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        KeepAliveInterval = options.KeepAliveInterval;
    }

    /// <summary>
    /// How often something is sent to keep the connection alive; <see cref="Timeout.InfiniteTimeSpan"/> for never. A change starts the time anew.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is neither positive nor infinite.</exception>
    public TimeSpan KeepAliveInterval
    {
        get => _keepAliveInterval;
        set
        {
            OptionsCheck.CheckTime(value, nameof(value));
            _keepAliveInterval = value;
            _timer.Change(value, value);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => !_isDisposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_isDisposed;

    /// <summary>Not supported.</summary>
    public override long Length => throw NoPosition();

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw NoPosition();
        set => throw NoPosition();
    }

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    /// <exception cref="ProxmoxProtocolException">The server sends no websocket frames.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!_ended && !buffer.IsEmpty)
        {
            switch (_frames.Next(buffer, out int count))
            {
                case FrameStep.Data:
                    return count;
                case FrameStep.Ping:
                    SendFrame(FrameWriter.Pong, _frames.Control.Span);
                    break;
                case FrameStep.Close:
                    _ended = true;
                    break;
                default:
                    Received(Fill());
                    break;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    /// <exception cref="ProxmoxProtocolException">The server sends no websocket frames.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!_ended && !buffer.IsEmpty)
        {
            switch (_frames.Next(buffer.Span, out int count))
            {
                case FrameStep.Data:
                    return count;
                case FrameStep.Ping:
                    await SendFrameAsync(FrameWriter.Pong, _frames.Control, cancellationToken).ConfigureAwait(false);
                    break;
                case FrameStep.Close:
                    _ended = true;
                    break;
                default:
                    Received(await FillAsync(cancellationToken).ConfigureAwait(false));
                    break;
            }
        }

        return 0;
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
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, FrameWriter.LongestPayload);
            SendFrame(FrameWriter.Binary, buffer[..count]);
            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, FrameWriter.LongestPayload);
            await SendFrameAsync(FrameWriter.Binary, buffer[..count], cancellationToken).ConfigureAwait(false);
            buffer = buffer[count..];
        }
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

    /// <summary>Does nothing: every write is sent at once.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw NoPosition();

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw NoPosition();

    /// <summary>Says goodbye to the server and closes the connection. A server that does not read is waited for 2 s at most.</summary>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Says goodbye to the server and closes the connection, behind the caller's back if the server does not read.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _ = CloseAsync();
        }

        base.Dispose(disposing);
    }

    private static NotSupportedException NoPosition() => new("A websocket has neither a length nor a position.");

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) == 1)
        {
            return;
        }

        _isDisposed = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (_failure is null)
        {
            await SayGoodbyeAsync().ConfigureAwait(false);
        }

        Release();
    }

    // A writer that is at work is not waited for, and a server that does not read not for long: closing must not hang.
    private async Task SayGoodbyeAsync()
    {
        if (!await _writing.WaitAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false))
        {
            return;
        }

        byte[] frame = new byte[s_goodbye.Length + FrameWriter.LongestHead];
        using CancellationTokenSource limit = new(s_farewell, _time);
        CancellationTokenRegistration cut = limit.Token.UnsafeRegister(static transport => ((Stream)transport!).Dispose(), _transport);
        try
        {
            await _transport.WriteAsync(frame.AsMemory(0, FrameWriter.Write(frame, FrameWriter.Close, s_goodbye)), limit.Token).ConfigureAwait(false);
            await _transport.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException || Translate(exception) is not null)
        {
            // There is nobody left to say goodbye to.
        }
        finally
        {
            await cut.DisposeAsync().ConfigureAwait(false);
            _writing.Release();
        }
    }

    // Proxmox: the server answers a close frame by shutting the connection down, so waiting for its close frame would be waiting for nothing.
    private void Release()
    {
        _transport.Dispose();
        _response.Dispose();
    }

    private int Fill()
    {
        try
        {
            return _transport.Read(_frames.Free.Span);
        }
        catch (Exception exception) when (Translate(exception) is { } failure)
        {
            throw failure;
        }
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.ReadAsync(_frames.Free, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Translate(exception) is { } failure)
        {
            throw failure;
        }
    }

    private void Received(int count)
    {
        _frames.Filled(count);
        if (count > 0)
        {
            return;
        }

        // Proxmox: the server ends connections without a close frame.
        _ended = true;
        if (_frames.IsInsideFrame)
        {
            throw new ProxmoxConnectionException($"The websocket of {_name} broke in the middle of a message.", _failure);
        }
    }

    private void SendFrame(byte kind, ReadOnlySpan<byte> payload)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(payload.Length + FrameWriter.LongestHead);

        // The twin of WaitAsync below: it takes its turn behind other frames. It needs no limit of its own, for it lasts as long as the write in front
        // of it: until the server takes the bytes or the connection breaks. Closing the stream does not wait for a turn but takes the transport away,
        // which ends a write that is stuck; its holder lets go, and whoever waits here fails for the same reason.
        _writing.Wait();
        try
        {
            _transport.Write(frame.AsSpan(0, FrameWriter.Write(frame, kind, payload)));
            _transport.Flush();
        }
        catch (Exception exception) when (Translate(exception) is { } failure)
        {
            throw failure;
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(frame, clearArray: true);
        }
    }

    private async Task SendFrameAsync(byte kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(payload.Length + FrameWriter.LongestHead);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _transport.WriteAsync(frame.AsMemory(0, FrameWriter.Write(frame, kind, payload.Span)), cancellationToken).ConfigureAwait(false);
            await _transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Translate(exception) is { } failure)
        {
            throw failure;
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(frame, clearArray: true);
        }
    }

    private void KeepAlive()
    {
        if (Interlocked.Exchange(ref _keepingAlive, 1) == 0)
        {
            _ = KeepAliveAsync();
        }
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            await SendFrameAsync(_keepAlive.IsEmpty ? FrameWriter.Ping : FrameWriter.Binary, _keepAlive, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProxmoxConnectionException or ObjectDisposedException)
        {
            // Whoever reads or writes next learns of it.
            _failure = exception;
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _keepingAlive, 0);
        }
    }

    private Exception? Translate(Exception exception) => exception switch
    {
        not (IOException or HttpRequestException or ObjectDisposedException) => null,
        _ when _failure is { } earlier => new ProxmoxConnectionException(earlier.Message, earlier) { OutcomeUnknown = true },
        _ when _isDisposed => new ProxmoxConnectionException($"The websocket of {_name} was closed.", exception) { OutcomeUnknown = true },
        _ => new ProxmoxConnectionException($"The websocket of {_name} broke: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.", exception)
        {
            OutcomeUnknown = true,
        },
    };
}
