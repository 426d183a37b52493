namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A stream that is only written, once and in order; what becomes of the bytes is told by the classes made from it.</summary>
internal abstract class TakingStream : Stream
{
    private long _taken;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _taken;

    public override long Position
    {
        get => _taken;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Take(buffer);
        _taken += buffer.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Takes bytes; <see cref="Position"/> is still where they begin.</summary>
    protected abstract void Take(ReadOnlySpan<byte> bytes);
}
