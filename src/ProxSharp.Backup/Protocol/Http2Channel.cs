using System.Buffers;
using ProxSharp.Backup.Protocol.Http2;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol;

/// <summary>
/// A session's connection on an HTTP/2 of its own: one connection, requests with the body in memory, answers into the caller's buffer. It exists because
/// sessions move gigabytes: frames are as long as the server allows instead of 16 KiB, and bytes are not copied from queue to queue.
/// </summary>
internal sealed class Http2Channel : IBackupChannel
{
    private const int MostAttempts = 5;

    private static readonly TimeSpan s_pingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly IAsyncDisposable _connection;
    private readonly Stream _transport;
    private readonly TimeProvider _time;
    private readonly FrameWriter _writer;
    private readonly FrameReader _reader;
    private readonly SendWindow _windows;
    private readonly ITimer _timer;
    private readonly Task _reading;
    private Exception? _loss;
    private int _disposed;
    private long _checked;
    private long _awake;

    private Http2Channel(IAsyncDisposable connection, Stream transport, FrameWriter writer, SendWindow windows, TimeProvider time)
    {
        (_connection, _transport, _writer, _windows, _time) = (connection, transport, writer, windows, time);
        _checked = time.GetTimestamp();
        _writer.Broken = Fail;
        _reader = new FrameReader(transport, writer, _windows, time);
        _reading = Task.Run(ReadAsync);
        _timer = time.CreateTimer(static state => ((Http2Channel)state!).CheckPeer(), this, s_pingAfter, s_pingAfter);
    }

    /// <inheritdoc/>
    public required string Host { get; init; }

    private string Session { get; init; } = "";

    /// <inheritdoc cref="StartAsync(IAsyncDisposable, Stream, string, string, TimeProvider, CancellationToken)"/>
    public static Task<Http2Channel> StartAsync(UpgradedConnection connection, string session, TimeProvider time, CancellationToken cancellationToken)
        => StartAsync(connection, connection.Transport, connection.Host, session, time, cancellationToken);

    /// <summary>Speaks HTTP/2 on a connection, which is the channel's from now on.</summary>
    /// <param name="connection">The connection, just upgraded; is disposed of with the channel.</param>
    /// <param name="transport">Its bytes.</param>
    /// <param name="host">The server; for messages.</param>
    /// <param name="session">What the session is; for messages.</param>
    /// <param name="time">Tells when the server was silent for too long.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<Http2Channel> StartAsync(
        IAsyncDisposable connection, Stream transport, string host, string session, TimeProvider time, CancellationToken cancellationToken)
    {
        SendWindow windows = new();
        FrameWriter writer = new(transport, windows);
        try
        {
            await writer.StartAsync(cancellationToken).ConfigureAwait(false);
            return new Http2Channel(connection, transport, writer, windows, time) { Host = host, Session = session };
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (exception is IOException or ObjectDisposedException)
            {
                throw Lost(session, host, exception);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ChannelAnswer> SendAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await SendOnceAsync(request, output, cancellationToken).ConfigureAwait(false);
                }
                catch (StreamResetException exception) when (exception.IsUntouched && attempt < MostAttempts)
                {
                    // Servers refuse what is too much at the moment.
                    await Task.Delay(s_pause * attempt, _time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (StreamResetException exception)
        {
            int query = request.Target.IndexOf('?', StringComparison.Ordinal);
            string path = query < 0 ? request.Target : request.Target[..query];
            throw new BackupSessionLostException($"{Host} did not answer {request.Method} {path} of {Session} to the end: {exception.Message}.", exception);
        }
        catch (GoingAwayException exception)
        {
            throw Lost(Session, Host, exception);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception);
            cancellationToken.ThrowIfCancellationRequested();
            throw Lost(Session, Host, _loss ?? exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
            Fail(new ObjectDisposedException(nameof(Http2Channel)));
            await _connection.DisposeAsync().ConfigureAwait(false);
            await _reading.ConfigureAwait(false);
        }
    }

    private static BackupSessionLostException Lost(string session, string host, Exception exception)
    {
        Exception innermost = exception;
        while (innermost.InnerException is { } inner and not TimeoutException)
        {
            innermost = inner;
        }

        // A line that broke is closed at once, and who writes to it meanwhile learns only that.
        string reason = innermost is ObjectDisposedException
            ? "it was closed after what came over it was damaged or cut off"
            : innermost.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return new BackupSessionLostException($"The connection of {session} to {host} broke: {reason}.", exception);
    }

    private async Task<ChannelAnswer> SendOnceAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        Http2Stream stream = new(output, request.LongestAnswer);
        await _windows.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ExchangeAsync(stream, request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _windows.Leave(stream);
        }
    }

    private async Task<ChannelAnswer> ExchangeAsync(Http2Stream stream, ChannelRequest request, CancellationToken cancellationToken)
    {
        bool isSent = false;
        try
        {
            // A frame that is being written cannot be given up alone: who cancels meanwhile gives up the connection.
            isSent = await _writer.SendAsync(stream, request, Break, cancellationToken).ConfigureAwait(false);
            return await WaitAsync(stream, request, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            // From here on nothing is written to the output any more.
            stream.Fail(exception);
            throw;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException && stream.Completion.IsCompletedSuccessfully)
        {
            Fail(exception);
            return await stream.Completion.ConfigureAwait(false);
        }
        finally
        {
            // The server holds the stream until both sides have ended it.
            if (stream.Id != 0 && !stream.IsReset && !(isSent && stream.IsOver) && Volatile.Read(ref _loss) is null)
            {
                _writer.Reset(stream.Id);
            }
        }
    }

    // A server that lives answers pings, but may have forgotten the request.
    private async Task<ChannelAnswer> WaitAsync(Http2Stream stream, ChannelRequest request, CancellationToken cancellationToken)
    {
        TimeSpan patience = request.Patience ?? Timeout.InfiniteTimeSpan;
        while (true)
        {
            long received = stream.Received;
            try
            {
                return await stream.Completion.WaitAsync(patience, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException) when (stream.Received > received || stream.Completion.IsCompleted)
            {
                // More of the answer has come.
            }
            catch (TimeoutException exception)
            {
                IOException failure = new(FormattableString.Invariant($"the server did not answer a request for {patience.TotalSeconds:0} s"), exception);
                stream.Fail(failure);
                throw failure;
            }
        }
    }

    private void Break()
    {
        Fail(new IOException("a request was given up while it was being sent"));
        _transport.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await _reader.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever it is, nobody reads any more: every request learns of it.
            Fail(exception);
            if (exception is Http2Exception or InvalidDataException)
            {
                await _writer.EndAsync((exception as Http2Exception)?.Code ?? ErrorCode.Compression, _time).ConfigureAwait(false);
            }

            await _transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _loss, exception, null);
        foreach (Http2Stream stream in _windows.Fail(exception))
        {
            stream.Fail(new IOException(exception.Message, exception));
        }
    }

    private void CheckPeer()
    {
        long now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_checked, now) >= 2 * s_pingAfter)
        {
            // This process stood still, stopped or frozen: what the server has said meanwhile is not read yet.
            _awake = now;
        }

        _checked = now;
        TimeSpan silence = _time.GetElapsedTime(Math.Max(_reader.LastArrival, _awake), now);
        if (silence > s_patience)
        {
            Fail(new IOException(FormattableString.Invariant($"the server was silent for {silence.TotalSeconds:0} s")));
            _transport.Dispose();
        }
        else if (silence >= s_pingAfter / 2 || _awake == now)
        {
            Ping();
        }
    }

    private void Ping()
    {
        try
        {
            _writer.Post(new ControlFrame(new FrameHeader(sizeof(ulong), FrameType.Ping, 0, 0)));
        }
        catch (Http2Exception exception)
        {
            Fail(exception);
        }
    }
}
