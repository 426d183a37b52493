using System.Buffers;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>Writes the members of a tar stream (POSIX pax format). Small ones are gathered before they are handed on.</summary>
internal sealed class TarStreamWriter : IDisposable
{
    private const int BufferSize = 256 << 10;
    private static readonly byte[] s_zeros = new byte[TarHeader.BlockSize * 2];

    private readonly Stream _destination;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _count;

    public TarStreamWriter(Stream destination) => _destination = destination;

    /// <summary>How many bytes the stream has so far.</summary>
    public long Position { get; private set; }

    public async ValueTask WriteAsync(TarHeader header, Stream? content, CancellationToken cancellationToken)
    {
        await PutAsync(header.ToArray(), cancellationToken).ConfigureAwait(false);
        if (content is null || header.Length == 0)
            return;
        long left = header.Length;
        while (left > 0)
        {
            if (_count == BufferSize)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            Memory<byte> room = _buffer.AsMemory(_count, (int)Math.Min(BufferSize - _count, left));
            int read = await content.ReadAsync(room, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new ProxmoxProtocolException(FormattableString.Invariant($"The content of a file ends {left} bytes early."));
            _count += read;
            Position += read;
            left -= read;
        }

        int padding = (int)(TarHeader.Round(header.Length) - header.Length);
        await PutAsync(s_zeros.AsMemory(0, padding), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the end of the stream.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await PutAsync(s_zeros, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_count == BufferSize)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            int count = Math.Min(bytes.Length, BufferSize - _count);
            bytes[..count].CopyTo(_buffer.AsMemory(_count));
            _count += count;
            Position += count;
            bytes = bytes[count..];
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _destination.WriteAsync(_buffer.AsMemory(0, _count), cancellationToken).ConfigureAwait(false);
        _count = 0;
    }
}
