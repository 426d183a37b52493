namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The content of a file as a stream over a part of a source. It can seek; it is not for several threads at once.</summary>
internal sealed class PxarContent(RandomAccessSource source, long start, long length) : PxarReadStream
{
    private readonly RandomAccessSource _source = source;
    private readonly long _start = start;
    private readonly long _length = length;
    private long _position;

    public override bool CanSeek => true;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        int want = Want(buffer.Length);
        return want == 0 ? 0 : Took(_source.Read(_start + _position, buffer[..want]));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int want = Want(buffer.Length);
        return want == 0 ? 0 : Took(await _source.ReadAsync(_start + _position, buffer[..want], cancellationToken).ConfigureAwait(false));
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => _length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Not an origin."),
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        return _position = target;
    }

    private int Want(int count) => (int)Math.Clamp(_length - _position, 0, count);

    private int Took(int read)
    {
        if (read == 0)
            throw PxarFormat.Malformed(_start + _position, "the content ends early");
        _position += read;
        return read;
    }
}
