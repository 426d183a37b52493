using System.Globalization;

namespace ProxSharp.Http;

/// <summary>The body of a download. Breaks on the way become the library's own exceptions, and a body that is too short is one of them.</summary>
internal sealed class DownloadStream : Stream
{
    private readonly Stream _inner;
    private readonly string _host;
    private readonly long? _length;
    private readonly CallScope _scope;
    private long _position;

    /// <summary>Wraps a body.</summary>
    /// <param name="inner">The body.</param>
    /// <param name="scope">The time the call has; not disposed.</param>
    /// <param name="host">The server it comes from.</param>
    /// <param name="length">How many bytes were announced; null if none were.</param>
    public DownloadStream(Stream inner, CallScope scope, string host, long? length)
        => (_inner, _scope, _host, _length) = (inner, scope, host, length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length ?? throw new NotSupportedException("The server did not say how long the answer is.");

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A download can be read once, from its start to its end.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Count(_inner.Read(buffer), buffer.Length);
        }
        catch (Exception exception) when (Translate(exception, default) is { } failure)
        {
            throw failure;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);
        }
        catch (Exception exception) when (Translate(exception, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A download can be read once, from its start to its end.");

    public override void SetLength(long value) => throw new NotSupportedException("A download cannot be written to.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A download cannot be written to.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int count, int wanted)
    {
        _position += count;
        return count > 0 || wanted == 0 || _length is null || _position >= _length
            ? count
            : throw new EndOfStreamException(string.Create(CultureInfo.InvariantCulture, $"{_position} of {_length} bytes came"));
    }

    private Exception? Translate(Exception exception, CancellationToken readers)
    {
        if (readers.IsCancellationRequested)
        {
            return null;
        }

        // The connection is closed when the call is cancelled or its time is over: what then comes of a read says little.
        return _scope.Translate(_host, _scope.Token.IsCancellationRequested ? new OperationCanceledException(exception.Message, exception) : exception);
    }
}
