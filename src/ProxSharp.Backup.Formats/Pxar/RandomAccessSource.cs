namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Bytes that can be read at any position: a file, memory, or a dynamic index whose chunks are fetched when they are needed. Readers ask
/// for small pieces, so a source for which a read is dear keeps what it fetched. Both halves must read the same.
/// </summary>
public abstract class RandomAccessSource
{
    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <summary>Bytes in memory.</summary>
    /// <param name="bytes">The bytes; they are not copied.</param>
    public static RandomAccessSource FromMemory(ReadOnlyMemory<byte> bytes) => new MemorySource(bytes);

    /// <summary>A stream that can seek. It stays open, and nothing else may use it meanwhile.</summary>
    /// <param name="stream">The stream; position 0 of the source is its beginning.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or read.</exception>
    public static RandomAccessSource FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanSeek && stream.CanRead ? new StreamSource(stream) : throw new ArgumentException("The stream cannot seek or read.", nameof(stream));
    }

    /// <summary>Reads some bytes.</summary>
    /// <param name="position">Where to read.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <returns>How many bytes were read, at least one; 0 only at the end of the source or if nothing was asked for.</returns>
    public abstract int Read(long position, Span<byte> destination);

    /// <summary>Reads some bytes.</summary>
    /// <param name="position">Where to read.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>How many bytes were read, at least one; 0 only at the end of the source or if nothing was asked for.</returns>
    public abstract ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default);

    /// <summary>Reads until the destination is full or the source ends.</summary>
    internal int ReadAll(long position, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length && Read(position + total, destination[total..]) is var read and > 0)
            total += read;
        return total;
    }

    /// <inheritdoc cref="ReadAll"/>
    internal async ValueTask<int> ReadAllAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < destination.Length
            && await ReadAsync(position + total, destination[total..], cancellationToken).ConfigureAwait(false) is var read and > 0)
            total += read;
        return total;
    }

    private sealed class MemorySource(ReadOnlyMemory<byte> bytes) : RandomAccessSource
    {
        private readonly ReadOnlyMemory<byte> _bytes = bytes;

        public override long Length => _bytes.Length;

        public override int Read(long position, Span<byte> destination)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            if (position >= _bytes.Length)
                return 0;
            ReadOnlySpan<byte> rest = _bytes.Span[(int)position..];
            int count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            return count;
        }

        public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(Read(position, destination.Span));
        }
    }

    private sealed class StreamSource(Stream stream) : RandomAccessSource
    {
        private readonly Stream _stream = stream;

        public override long Length => _stream.Length;

        public override int Read(long position, Span<byte> destination)
        {
            _stream.Position = position;
            return _stream.Read(destination);
        }

        public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            _stream.Position = position;
            return _stream.ReadAsync(destination, cancellationToken);
        }
    }
}
