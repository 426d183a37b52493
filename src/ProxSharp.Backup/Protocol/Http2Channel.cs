using System.Buffers;
using System.Buffers.Binary;
using ProxSharp.Backup.Protocol.Http2;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol;

/// <summary>
/// A session's connection on an HTTP/2 of its own: one connection, requests with the body in memory, answers into the caller's buffer. It exists because
/// sessions move gigabytes: frames are as long as the server allows instead of 16 KiB, and bytes are not copied from queue to queue.
/// </summary>
internal sealed class Http2Channel : IBackupChannel
{
    private const int Cancel = 8;
    private static readonly TimeSpan s_pingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly UpgradedConnection _connection;
    private readonly string _session;
    private readonly TimeProvider _time;
    private readonly FrameWriter _writer;
    private readonly FrameReader _reader;
    private readonly SendWindow _windows = new();
    private readonly ITimer _timer;
    private readonly Task _reading;
    private Exception? _loss;
    private int _disposed;

    private Http2Channel(UpgradedConnection connection, FrameWriter writer, string session, TimeProvider time)
    {
        (_connection, _writer, _session, _time) = (connection, writer, session, time);
        _reader = new FrameReader(connection.Transport, writer, _windows, time);
        _reading = Task.Run(ReadAsync);
        _timer = time.CreateTimer(static state => ((Http2Channel)state!).CheckPeer(), this, s_pingAfter, s_pingAfter);
    }

    /// <inheritdoc/>
    public string Host => _connection.Host;

    /// <summary>Speaks HTTP/2 on a connection, which is the channel's from now on.</summary>
    /// <param name="connection">The connection, just upgraded.</param>
    /// <param name="session">What the session is; for messages.</param>
    /// <param name="time">Tells when the server was silent for too long.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<Http2Channel> StartAsync(UpgradedConnection connection, string session, TimeProvider time, CancellationToken cancellationToken)
    {
        FrameWriter writer = new(connection.Transport);
        try
        {
            await writer.StartAsync(cancellationToken).ConfigureAwait(false);
            return new Http2Channel(connection, writer, session, time);
        }
        catch (Exception exception)
        {
            writer.Dispose();
            await connection.DisposeAsync().ConfigureAwait(false);
            if (exception is IOException or ObjectDisposedException)
            {
                throw Lost(session, connection.Host, exception);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ChannelAnswer> SendAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        Http2Stream stream = new(output);
        try
        {
            await _windows.EnterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await SendAsync(stream, request, cancellationToken).ConfigureAwait(false);
                return await stream.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
            {
                // From here on nothing is written to the output any more.
                if (stream.Fail(exception) && stream.Id != 0)
                {
                    _ = ResetAsync(stream.Id);
                }

                throw;
            }
            finally
            {
                _windows.Leave(stream);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception);
            cancellationToken.ThrowIfCancellationRequested();
            throw Lost(_session, Host, _loss ?? exception);
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
            _writer.Dispose();
        }
    }

    private static BackupSessionLostException Lost(string session, string host, Exception exception)
    {
        Exception innermost = exception;
        while (innermost.InnerException is { } inner)
        {
            innermost = inner;
        }

        string reason = innermost.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return new BackupSessionLostException($"The connection of {session} to {host} broke: {reason}.", exception);
    }

    // A frame that is being written cannot be given up alone: who cancels meanwhile gives up the connection.
    private async Task SendAsync(Http2Stream stream, ChannelRequest request, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration breaking = request.Body.IsEmpty
            ? default
            : cancellationToken.UnsafeRegister(static state => ((Http2Channel)state!).Break(), this);
        await using (breaking.ConfigureAwait(false))
        {
            await _writer.SendAsync(_windows, stream, request, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Break()
    {
        Fail(new IOException("a request was given up while it was being sent"));
        _connection.Transport.Dispose();
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
            await _connection.Transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ResetAsync(int stream)
    {
        try
        {
            byte[] code = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(code, Cancel);
            await _writer.WriteAsync(FrameType.Reset, 0, stream, code, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception);
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
        TimeSpan silence = _time.GetElapsedTime(_reader.LastArrival);
        if (silence > s_patience)
        {
            Fail(new IOException(FormattableString.Invariant($"the server was silent for {silence.TotalSeconds:0} s")));
            _connection.Transport.Dispose();
        }
        else if (silence >= s_pingAfter / 2)
        {
            _ = PingAsync();
        }
    }

    private async Task PingAsync()
    {
        try
        {
            await _writer.WriteAsync(FrameType.Ping, 0, 0, new byte[8], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception);
        }
    }
}
