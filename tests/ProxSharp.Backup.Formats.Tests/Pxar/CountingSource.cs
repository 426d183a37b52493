using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>Counts what is read; it can claim to be longer than it is.</summary>
internal sealed class CountingSource(byte[] bytes, long? claimedLength = null) : RandomAccessSource
{
    private readonly RandomAccessSource _inner = FromMemory(bytes);

    public long BytesRead { get; private set; }

    public override long Length => claimedLength ?? _inner.Length;

    public override int Read(long position, Span<byte> destination)
    {
        int read = _inner.Read(position, destination);
        BytesRead += read;
        return read;
    }

    public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        new(Read(position, destination.Span));
}
