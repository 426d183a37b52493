using System.Buffers;
using System.IO.Pipelines;

namespace ProxSharp.Simulator.Http;

/// <summary>A request body of known length that is read from the connection only when somebody asks for it.</summary>
internal sealed class WireBody
{
    public static readonly WireBody Empty = new(null, 0);

    private readonly PipeReader? _reader;
    private long _left;

    public WireBody(PipeReader? reader, long length) => (_reader, Length, _left) = (reader, length, length);

    public long Length { get; }

    public bool IsConsumed => _left == 0;

    /// <summary>Hands out the next bytes; an empty result is the end.</summary>
    /// <exception cref="EndOfStreamException">The client closed the connection in the middle.</exception>
    public async ValueTask<byte[]> ReadChunkAsync(CancellationToken cancellationToken)
    {
        if (_left == 0 || _reader is null)
        {
            return [];
        }

        ReadResult result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = result.Buffer;
        if (buffer.IsEmpty && result.IsCompleted)
        {
            throw new EndOfStreamException("The connection ended inside the request body.");
        }

        ReadOnlySequence<byte> taken = buffer.Slice(0, Math.Min(buffer.Length, _left));
        byte[] chunk = taken.ToArray();
        _reader.AdvanceTo(taken.End);
        _left -= chunk.Length;
        return chunk;
    }

    public async ValueTask<byte[]> ReadAllAsync(CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return [];
        }

        using MemoryStream all = new((int)_left);
        while (!IsConsumed)
        {
            all.Write(await ReadChunkAsync(cancellationToken).ConfigureAwait(false));
        }

        return all.ToArray();
    }
}
