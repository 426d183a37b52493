using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace ProxSharp.Simulator.Http;

/// <summary>
/// The server's end of a websocket with the API daemon's rules: masked and unfragmented client frames of at most 128 KiB, text and binary
/// alike; a ping is answered, a close frame is not; a violation breaks the connection.
/// </summary>
internal sealed class WebSocketConnection(IDuplexPipe transport, IStreamProtocol protocol)
{
    private const int MaximumPayload = 128 * 1024;
    private const byte Text = 1;
    private const byte Binary = 2;
    private const byte CloseFrame = 8;
    private const byte Ping = 9;
    private const byte Pong = 10;

    /// <summary>Speaks the protocol until either side ends it.</summary>
    /// <exception cref="InvalidDataException">The client broke a rule; the connection is to be dropped.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource broken = new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, broken.Token);
        try
        {
            await SendAsync(Binary, protocol.Open(broken.Cancel), either.Token).ConfigureAwait(false);
            while (!protocol.IsOver && await ServeAsync(either.Token).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException) when (broken.IsCancellationRequested)
        {
            // The task behind the console was stopped: its end of the connection is gone.
        }
        finally
        {
            protocol.Close();
        }
    }

    private async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        ReadResult read = await transport.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = read.Buffer;
        bool goesOn = true;
        while (goesOn && !protocol.IsOver && TryReadFrame(ref buffer, out byte opcode, out byte[] payload))
        {
            goesOn = await AnswerAsync(opcode, payload, cancellationToken).ConfigureAwait(false);
        }

        transport.Input.AdvanceTo(buffer.Start, buffer.End);
        return goesOn && !read.IsCompleted;
    }

    private async Task<bool> AnswerAsync(byte opcode, byte[] payload, CancellationToken cancellationToken)
    {
        switch (opcode)
        {
            case Text or Binary:
                await SendAsync(Binary, protocol.Receive(payload), cancellationToken).ConfigureAwait(false);
                return true;
            case Ping:
                await SendFrameAsync(Pong, payload, cancellationToken).ConfigureAwait(false);
                return true;
            case Pong:
                return true;
            case CloseFrame:
                return false;
            default:
                throw new InvalidDataException($"Unexpected websocket frame {opcode}.");
        }
    }

    private async ValueTask SendAsync(byte opcode, byte[] payload, CancellationToken cancellationToken)
    {
        if (payload.Length > 0)
        {
            await SendFrameAsync(opcode, payload, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SendFrameAsync(byte opcode, byte[] payload, CancellationToken cancellationToken)
    {
        WriteHead(opcode, payload.Length);
        transport.Output.Write(payload);
        await transport.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteHead(byte opcode, int length)
    {
        Span<byte> head = transport.Output.GetSpan(10);
        head[0] = (byte)(0x80 | opcode);
        int used = 2;
        if (length < 126)
        {
            head[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            head[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)length);
            used = 4;
        }
        else
        {
            head[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(head[2..], (ulong)length);
            used = 10;
        }

        transport.Output.Advance(used);
    }

    private static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out byte opcode, out byte[] payload)
    {
        (opcode, payload) = (0, []);
        SequenceReader<byte> reader = new(buffer);
        if (!reader.TryRead(out byte first) || !reader.TryRead(out byte second))
        {
            return false;
        }

        Demand((first & 0x80) != 0, "fragmented frames are not supported");
        Demand((first & 0x70) == 0, "reserved bits are set");
        Demand((second & 0x80) != 0, "client frames must be masked");
        if (!TryReadLength(ref reader, second & 0x7F, out long length))
        {
            return false;
        }

        Demand(length <= MaximumPayload, "the payload is too long");
        Span<byte> mask = stackalloc byte[4];
        if (!reader.TryCopyTo(mask) || reader.Remaining < length + 4)
        {
            return false;
        }

        reader.Advance(4);
        payload = reader.UnreadSequence.Slice(0, length).ToArray();
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] ^= mask[i & 3];
        }

        reader.Advance(length);
        opcode = (byte)(first & 0x0F);
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private static bool TryReadLength(ref SequenceReader<byte> reader, int marker, out long length)
    {
        length = marker;
        if (marker == 126)
        {
            bool read = reader.TryReadBigEndian(out short value);
            length = (ushort)value;
            return read;
        }

        return marker != 127 || reader.TryReadBigEndian(out length);
    }

    private static void Demand(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Websocket: {rule}.");
        }
    }
}
