using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Terminal;

/// <summary>
/// A standard stream of the process, opened when something is first written. Its other end may be gone: closed by the shell, a full disk, a
/// pipe that nobody reads.
/// </summary>
/// <param name="open">Opens the stream.</param>
/// <param name="isNeeded">True for results: if they cannot be written the command has failed. False for messages, which nobody can be told about.</param>
/// <param name="isClosed">
/// For data, of which there may be much: tells whether nobody reads on, which the runtime does not, so that the work ends. Null for lists and the like, which
/// are written to their end.
/// </param>
internal sealed class StandardStream(Func<Stream> open, bool isNeeded, Func<bool>? isClosed = null) : Stream
{
    private Stream? _stream;
    private bool _isBroken;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isBroken)
        {
            return;
        }

        try
        {
            (_stream ??= open()).Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Break(e);
        }

        if (isClosed?.Invoke() == true)
        {
            _isBroken = true;
            throw new ClosedOutputException();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            _stream?.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Break(e);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Flush();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Break(Exception cause)
    {
        // One failure is enough: what is still in buffers must not bring it up again.
        _isBroken = true;
        if (isNeeded)
        {
            throw new CliException(
                new CliError
                {
                    Code = "output",
                    ExitCode = ExitCodes.Error,
                    Message = $"The output cannot be written: {cause.Message}",
                    Hint = "Check where standard output goes.",
                },
                cause);
        }
    }
}
