namespace ProxSharp.Backup.Files.Resuming;

/// <summary>An archive on its way to its reader, seen by a recorder.</summary>
internal sealed class JournalStream(Stream inner, JournalRecorder recorder) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long position = inner.Position;
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        recorder.Take(position, buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        long position = inner.Position;
        int read = inner.Read(buffer, offset, count);
        recorder.Take(position, buffer.AsSpan(offset, read));
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = inner.Seek(offset, origin);
        recorder.Skip(position);
        return position;
    }

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
