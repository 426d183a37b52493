using System.Buffers.Binary;
using System.Globalization;

namespace ProxSharp.WebSockets;

/// <summary>
/// Takes the frames of a websocket apart (RFC 6455, the client's side), without any input or output of its own, so that synchronous and
/// asynchronous reading share it. Not safe for concurrent use.
/// </summary>
internal sealed class FrameReader
{
    private const int LongestControl = 125;
    private const int Continuation = 0;
    private const int Text = 1;
    private const int Binary = 2;
    private const int CloseCode = 8;
    private const int PingCode = 9;
    private const int PongCode = 10;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly string _source;
    private int _start;
    private int _end;
    private ulong _payloadLeft;
    private long _consumed;

    /// <summary>Creates a reader.</summary>
    /// <param name="source">Where the bytes come from; for messages.</param>
    public FrameReader(string source) => _source = source;

    /// <summary>Where the next bytes from the network belong; tell <see cref="Filled"/> how many came.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>The payload of the ping that was found last.</summary>
    public ReadOnlyMemory<byte> Control { get; private set; }

    /// <summary>True if the end of the connection would cut a frame off here.</summary>
    public bool IsInsideFrame => _payloadLeft > 0 || _end > _start;

    /// <summary>Adds bytes that were read into <see cref="Free"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Takes the next step: copies data, or finds a control frame. Pongs and empty frames are passed over.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no frames that a server may send.</exception>
    public FrameStep Next(Span<byte> destination, out int count)
    {
        count = 0;
        while (true)
        {
            if (_payloadLeft > 0)
            {
                count = (int)Math.Min(_payloadLeft, (ulong)Math.Min(destination.Length, _end - _start));
                _buffer.AsSpan(_start, count).CopyTo(destination);
                _payloadLeft -= (ulong)count;
                Advance(count);
                return count > 0 ? FrameStep.Data : FrameStep.NeedMore;
            }

            if (!TryReadHead(out int code, out ulong length, out int size))
            {
                return FrameStep.NeedMore;
            }

            if (code is Continuation or Text or Binary)
            {
                Advance(size);
                _payloadLeft = length;
                continue;
            }

            if (_end - _start < size + (int)length)
            {
                return FrameStep.NeedMore;
            }

            Control = _buffer.AsSpan(_start + size, (int)length).ToArray();
            Advance(size + (int)length);
            if (code != PongCode)
            {
                return code == PingCode ? FrameStep.Ping : FrameStep.Close;
            }
        }
    }

    private bool TryReadHead(out int code, out ulong length, out int size)
    {
        (code, length, size) = (0, 0, 2);
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < 2)
        {
            return false;
        }

        code = bytes[0] & 0x0F;
        length = (ulong)(bytes[1] & 0x7F);
        size += length == 127 ? 8 : length == 126 ? 2 : 0;
        if (bytes.Length < size)
        {
            return false;
        }

        length = length == 127 ? BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]) : length == 126 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : length;
        Check(bytes[0], bytes[1], code, length);
        return true;
    }

    private void Check(byte first, byte second, int code, ulong length)
    {
        bool isControl = code >= CloseCode;
        string? fault = (first & 0x70) != 0 ? "reserved bits are set"
            : (second & 0x80) != 0 ? "the server masks what it sends"
            : code is not (Continuation or Text or Binary or CloseCode or PingCode or PongCode) ? string.Create(
                CultureInfo.InvariantCulture, $"the kind {code} is unknown")
            : isControl && (length > LongestControl || (first & 0x80) == 0) ? "a control frame is too long or fragmented"
            : length > long.MaxValue ? "the length is impossible"
            : null;
        if (fault is not null)
        {
            throw new ProxmoxProtocolException($"Unable to read the websocket of {_source}: {fault}") { Offset = _consumed };
        }
    }

    private void Advance(int count)
    {
        _start += count;
        _consumed += count;
    }
}
