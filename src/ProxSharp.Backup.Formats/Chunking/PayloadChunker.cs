namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>
/// Cuts the payload stream of a split archive: at the start of a file where that is possible, else where the content says so (spec 7.2). So a file that
/// moves in the stream keeps its chunks.
/// </summary>
public sealed class PayloadChunker : IChunker
{
    private readonly BuzhashChunker _inner;
    private readonly Queue<long> _suggestions = new();
    private long _start;

    /// <summary>Creates a chunker.</summary>
    /// <param name="averageSize">The average length of a chunk in bytes: a power of two from 1 KiB to 64 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not allowed.</exception>
    public PayloadChunker(int averageSize = BuzhashChunker.DefaultAverageSize) => _inner = new BuzhashChunker(averageSize);

    /// <summary>How many bytes of the stream were looked at.</summary>
    public long Position { get; private set; }

    /// <summary>Says where a cut would be good. Suggestions that come late or would make a chunk too short are dropped.</summary>
    /// <param name="offset">The place in the stream, in bytes from its start; not before that of an earlier suggestion.</param>
    public void Suggest(long offset) => _suggestions.Enqueue(offset);

    /// <inheritdoc/>
    public int Scan(ReadOnlySpan<byte> data)
    {
        DropUseless();
        if (_suggestions.TryPeek(out long next) && next - _start <= _inner.MaxSize && next <= Position + data.Length)
        {
            _suggestions.Dequeue();
            return Complete((int)(next - Position));
        }

        int cut = _inner.Scan(data);
        if (cut != 0)
        {
            return Complete(cut);
        }

        Position += data.Length;
        return 0;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _inner.Reset();
        _start = Position;
    }

    private int Complete(int length)
    {
        Position += length;
        Reset();
        return length;
    }

    private void DropUseless()
    {
        while (_suggestions.TryPeek(out long next) && (next <= Position || next - _start < _inner.MinSize))
        {
            _suggestions.Dequeue();
        }
    }
}
