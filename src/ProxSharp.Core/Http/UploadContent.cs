using System.Net;

namespace ProxSharp.Http;

/// <summary>A request body made of a file and, around it, fixed bytes. It is streamed and can be sent once.</summary>
internal sealed class UploadContent : HttpContent, IReplayableContent, ITrackedContent
{
    private readonly UploadSource _source;
    private readonly byte[] _before;
    private readonly byte[] _after;

    /// <summary>Creates a body.</summary>
    /// <param name="source">The file.</param>
    /// <param name="contentType">The media type, as it goes over the wire.</param>
    /// <param name="before">What comes before the file.</param>
    /// <param name="after">What comes after it.</param>
    public UploadContent(UploadSource source, string contentType, byte[] before, byte[] after)
    {
        (_source, _before, _after) = (source, before, after);
        Headers.TryAddWithoutValidation("Content-Type", contentType);
        Headers.ContentLength = Length;
    }

    /// <inheritdoc/>
    public bool CanReplay => !Started;

    /// <inheritdoc/>
    public bool Started { get; private set; }

    private long Length => _before.Length + _source.Length + _after.Length;

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        stream.Write(_before);
        _source.CopyTo(stream);
        stream.Write(_after);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        await stream.WriteAsync(_before, cancellationToken).ConfigureAwait(false);
        await _source.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(_after, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }
}
