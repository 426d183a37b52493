namespace ProxSharp.Core.Tests.Http;

/// <summary>A connection whose incoming bytes arrive in given pieces.</summary>
internal sealed class ChunkStream(IEnumerable<byte[]> pieces) : Stream
{
    private readonly Queue<byte[]> _pieces = new(pieces.Where(static piece => piece.Length > 0));
    private readonly MemoryStream _written = new();
    private int _used;

    public byte[] Written => _written.ToArray();

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !_pieces.TryPeek(out byte[]? piece))
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, piece.Length - _used);
        piece.AsSpan(_used, count).CopyTo(buffer);
        _used += count;
        if (_used == piece.Length)
        {
            _pieces.Dequeue();
            _used = 0;
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

    public override void Flush() => _written.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
