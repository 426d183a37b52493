using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Takes request bodies without keeping them.</summary>
internal sealed class CountingHandler : HttpMessageHandler
{
    private readonly Sink _sink = new();

    public long Received => _sink.Total;

    public int LargestWrite => _sink.Largest;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content!.CopyTo(_sink, null, cancellationToken);
        return StubHandler.Json("""{"data":"UPID:x"}""");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await request.Content!.CopyToAsync(_sink, cancellationToken);
        return StubHandler.Json("""{"data":"UPID:x"}""");
    }

    private sealed class Sink : Stream
    {
        public long Total { get; private set; }

        public int Largest { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Total;

        public override long Position { get => Total; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Take(count);

        public override void Write(ReadOnlySpan<byte> buffer) => Take(buffer.Length);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Take(buffer.Length);
            return ValueTask.CompletedTask;
        }

        private void Take(int count)
        {
            Total += count;
            Largest = Math.Max(Largest, count);
        }
    }
}
