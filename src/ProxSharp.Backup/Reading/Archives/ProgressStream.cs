using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Tells how far a stream was read. What is skipped counts when reading goes on behind it.</summary>
internal sealed class ProgressStream(Stream inner, ProgressReporter progress) : Stream
{
    private const int Step = 1 << 20;
    private long _reported;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        long done = inner.Position;
        if (done - _reported >= Step || done == inner.Length)
        {
            progress.MoveTo(done);
            _reported = done;
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
