using System.Buffers.Binary;
using System.IO.Compression;

namespace ProxSharp.Http;

/// <summary>
/// A gzip body, decompressed while it is read. The framework takes a body that breaks off for one that ends, so the length that stands at the
/// end of the compressed form is compared with what came.
/// </summary>
internal sealed class GzipBody : Stream
{
    // RFC 1951: no byte of the compressed form stands for more.
    private const long MostPlainBytes = 1032;

    private readonly TailStream _compressed;
    private readonly GZipStream _plain;
    private uint _count;

    private GzipBody(Stream compressed)
    {
        _compressed = new TailStream(compressed);
        _plain = new GZipStream(_compressed, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True if an answer's body is compressed with gzip.</summary>
    public static bool Is(HttpResponseMessage response) =>
        response.Content.Headers.ContentEncoding is { Count: > 0 } encodings
        && encodings.Any(static encoding => encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the plain body of an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body as it came.</param>
    public static Stream Decode(HttpResponseMessage response, Stream body) => Is(response) ? new GzipBody(body) : body;

    /// <summary>Returns the plain form of a body that has come as a whole.</summary>
    public static Stream Over(PooledBuffer packed) => new GzipBody(packed.AsStream());

    /// <summary>How long the plain form of a body says that it is, but no more than can become of so many bytes.</summary>
    public static int PlainLength(ReadOnlySpan<byte> packed, int limit)
    {
        long most = Math.Min(limit, packed.Length * MostPlainBytes);
        return packed.Length < sizeof(uint) ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(packed[^sizeof(uint)..]), most);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Check(_plain.Read(buffer), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Check(await _plain.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Check(int read, int wanted)
    {
        _count = unchecked(_count + (uint)read);
        return read > 0 || wanted == 0 || _compressed.EndsWith(_count)
            ? read
            : throw new EndOfStreamException("The compressed body breaks off");
    }

    /// <summary>Passes bytes on and remembers the last four.</summary>
    private sealed class TailStream(Stream inner) : Stream
    {
        private readonly byte[] _tail = new byte[sizeof(uint)];
        private bool _isEmpty = true;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        // RFC 1952: the last four bytes are the length of the plain form, modulo 2^32.
        public bool EndsWith(uint length) => _isEmpty || BinaryPrimitives.ReadUInt32LittleEndian(_tail) == length;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            Keep(buffer[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Keep(buffer.Span[..read]);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Keep(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
            {
                return;
            }

            _isEmpty = false;
            int kept = Math.Max(0, _tail.Length - bytes.Length);
            _tail.AsSpan(_tail.Length - kept).CopyTo(_tail);
            bytes[^Math.Min(bytes.Length, _tail.Length)..].CopyTo(_tail.AsSpan(kept));
        }
    }
}
