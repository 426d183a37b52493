using System.Diagnostics.CodeAnalysis;
using ProxSharp.WebSockets;

namespace ProxSharp.Consoles;

/// <summary>An open console as a stream of bytes. Reading gives 0 when the console has ended. Closing it ends the task behind it.</summary>
/// <remarks>One reader and any number of writers may work at the same time. A read or write that is cancelled ends the session.</remarks>
[SuppressMessage("Naming", "CA1710", Justification = "It is a session first: the stream is how one talks in it.")]
public abstract class ConsoleStream : Stream
{
    internal ConsoleStream(ProxmoxWebSocketStream socket) => Socket = socket;

    /// <inheritdoc/>
    public override bool CanRead => Socket.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => Socket.CanWrite;

    /// <summary>Not supported.</summary>
    public override long Length => Socket.Length;

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => Socket.Position;
        set => Socket.Position = value;
    }

    internal ProxmoxWebSocketStream Socket { get; }

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override int Read(Span<byte> buffer) => Socket.Read(buffer);

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Socket.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public sealed override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override void Write(ReadOnlySpan<byte> buffer) => Socket.Write(buffer);

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Socket.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public sealed override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Does nothing: every write is sent at once.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => Socket.Seek(offset, origin);

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => Socket.SetLength(value);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Socket.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Socket.Dispose();
        }

        base.Dispose(disposing);
    }
}
