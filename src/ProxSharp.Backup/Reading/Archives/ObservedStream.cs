namespace ProxSharp.Backup.Reading.Archives;

/// <summary>An archive on its way to its reader, which somebody watches. It owns the stream below it.</summary>
internal abstract class ObservedStream(Stream inner) : Stream
{
    public sealed override bool CanRead => inner.CanRead;

    public sealed override bool CanSeek => inner.CanSeek;

    public sealed override bool CanWrite => false;

    public sealed override long Length => inner.Length;

    public sealed override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public sealed override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long position = inner.Position;
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        OnRead(position, buffer.Span[..read]);
        return read;
    }

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public sealed override int Read(byte[] buffer, int offset, int count)
    {
        long position = inner.Position;
        int read = inner.Read(buffer, offset, count);
        OnRead(position, buffer.AsSpan(offset, read));
        return read;
    }

    public sealed override long Seek(long offset, SeekOrigin origin)
    {
        long position = inner.Seek(offset, origin);
        OnSeek(position);
        return position;
    }

    public sealed override void Flush()
    {
    }

    public sealed override void SetLength(long value) => throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public sealed override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("An archive of a snapshot cannot be changed.");

    public sealed override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sees what was read.</summary>
    /// <param name="position">Where it begins.</param>
    /// <param name="bytes">It; empty at the end.</param>
    protected abstract void OnRead(long position, ReadOnlySpan<byte> bytes);

    /// <summary>Sees where reading goes on.</summary>
    protected virtual void OnSeek(long position)
    {
    }

    protected sealed override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
