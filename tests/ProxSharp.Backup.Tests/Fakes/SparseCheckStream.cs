namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Takes an image and fails at the first byte that is not as it should be: parts with content, and zeros everywhere else.</summary>
internal sealed class SparseCheckStream(long length, IReadOnlyDictionary<long, byte[]> content) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long end = _position + buffer.Length;
        Assert.True(end <= length, "The image is longer than it should be.");
        if (!content.Any(part => part.Key < end && part.Key + part.Value.Length > _position))
        {
            Assert.False(buffer.ContainsAnyExcept((byte)0), $"There is something between {_position} and {end}, where nothing should be.");
        }
        else
        {
            Assert.True(buffer.SequenceEqual(Expected(buffer.Length)), $"The bytes from {_position} to {end} are others.");
        }

        _position = end;
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

    private byte[] Expected(int count)
    {
        byte[] bytes = new byte[count];
        foreach ((long at, byte[] part) in content)
        {
            long from = Math.Max(at, _position);
            long to = Math.Min(at + part.Length, _position + count);
            if (from < to)
                part.AsSpan((int)(from - at), (int)(to - from)).CopyTo(bytes.AsSpan((int)(from - _position)));
        }

        return bytes;
    }
}
