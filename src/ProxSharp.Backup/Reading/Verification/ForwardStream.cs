namespace ProxSharp.Backup.Reading.Verification;

/// <summary>A stream that does not admit that it could seek, so that a reader goes over every byte.</summary>
internal sealed class ForwardStream(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream is read forward only.");

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException("The stream is read forward only.");
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream is read forward only.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read forward only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read forward only.");

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
