using System.Net;

namespace ProxSharp.Http;

/// <summary>The content of a read: nothing, of a known length. It can be sent again.</summary>
internal sealed class EmptyContent : HttpContent, IReplayableContent
{
    bool IReplayableContent.CanReplay => true;

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }
}
