using ProxSharp.Backup.Files.Sources;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>The content of an open file as a stream. A failure ends it early, and is kept for the warning.</summary>
internal sealed class NodeContent(IFileNode node, Action<long> progress) : Stream
{
    private readonly IFileNode _node = node;
    private readonly Action<long> _progress = progress;
    private long _position;

    /// <summary>What ended the content early; null if nothing did.</summary>
    internal FileTreeException? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (Failure is not null)
            return 0;
        try
        {
            int read = _node.Read(_position, buffer);
            _position += read;
            _progress(_position);
            return read;
        }
        catch (FileTreeException exception)
        {
            Failure = exception;
            return 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // Linux reads files at once or waits in the call: a thread would be needed in any case.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
