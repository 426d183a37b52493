namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The content of the file at which a reader stands.</summary>
internal sealed class PxarReaderContent(PxarReader reader, PxarEntry entry) : PxarReadStream
{
    private readonly PxarReader _reader = reader;
    private readonly PxarEntry _entry = entry;
    private long _position;

    public override bool CanSeek => false;

    public override long Length => _entry.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("The content is read forward only.");
    }

    public override int Read(Span<byte> buffer)
    {
        int read = _reader.ReadContent(_entry, buffer);
        _position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _reader.ReadContentAsync(_entry, buffer, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The content is read forward only.");
}
