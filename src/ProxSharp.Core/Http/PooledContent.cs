using System.Net;
using System.Net.Http.Headers;

namespace ProxSharp.Http;

/// <summary>A request body in a rented buffer. It has a length, can be sent again, and knows whether sending it has begun.</summary>
internal sealed class PooledContent : HttpContent, IReplayableContent, ITrackedContent
{
    private readonly PooledBuffer _buffer;

    public PooledContent(PooledBuffer buffer, MediaTypeHeaderValue? mediaType)
    {
        _buffer = buffer;
        Headers.ContentType = mediaType;
        Headers.ContentLength = buffer.Length;
    }

    /// <inheritdoc/>
    public bool CanReplay => true;

    /// <inheritdoc/>
    public bool Started { get; private set; }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        stream.Write(_buffer.Span);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        return stream.WriteAsync(_buffer.Memory, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _buffer.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buffer.Dispose();
        }

        base.Dispose(disposing);
    }
}
