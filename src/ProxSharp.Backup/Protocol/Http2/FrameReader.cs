using System.Buffers;
using System.Buffers.Binary;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>Reads frames and passes on what is in them, until the connection ends.</summary>
internal sealed class FrameReader(Stream transport, FrameWriter writer, SendWindow windows, TimeProvider time)
{
    private const int BufferSize = 256 * 1024;
    private const int LargestControl = 64 * 1024;
    private const int MaxFrame = 4 << 20;
    private const int CreditStep = 256 << 20;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly HeaderDecoder _headers = new();
    private readonly ArrayBufferWriter<byte> _block = new();
    private int _start;
    private int _end;
    private int _blockStream;
    private bool _blockEndsStream;
    private int _credit;
    private long _lastArrival = time.GetTimestamp();

    /// <summary>When something arrived last, as a timestamp; at first the start.</summary>
    public long LastArrival => Interlocked.Read(ref _lastArrival);

    /// <summary>Reads until the connection ends, which is always a failure here.</summary>
    /// <exception cref="IOException">The connection ended or broke.</exception>
    /// <exception cref="InvalidDataException">The server sent what is no HTTP/2.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            await FillAsync(FrameHeader.Size).ConfigureAwait(false);
            FrameHeader header = FrameHeader.Read(_buffer.AsSpan(_start));
            _start += FrameHeader.Size;
            Check(header);
            if (header.Type == FrameType.Data)
            {
                await ReadDataAsync(header).ConfigureAwait(false);
                continue;
            }

            await FillAsync(header.Length).ConfigureAwait(false);
            ReadOnlyMemory<byte> payload = _buffer.AsMemory(_start, header.Length);
            _start += header.Length;
            await HandleAsync(header, payload).ConfigureAwait(false);
        }
    }

    private void Check(FrameHeader header)
    {
        if (header.Length > (header.Type == FrameType.Data ? MaxFrame : LargestControl))
        {
            throw new InvalidDataException(FormattableString.Invariant($"a frame of {header.Length} bytes is longer than allowed"));
        }

        if (_blockStream != 0 && (header.Type != FrameType.Continuation || header.Stream != _blockStream))
        {
            throw new InvalidDataException("a block of headers is interrupted");
        }
    }

    private async Task HandleAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Headers:
                BeginBlock(header, Unpad(header, payload.Span, header.Has(FrameHeader.HasPriority) ? 5 : 0));
                break;
            case FrameType.Continuation:
                ContinueBlock(header, payload.Span);
                break;
            case FrameType.Settings when !header.Has(FrameHeader.Ack):
                Apply(payload.Span);
                await writer.WriteAsync(FrameType.Settings, FrameHeader.Ack, 0, default, CancellationToken.None).ConfigureAwait(false);
                break;
            case FrameType.Ping when !header.Has(FrameHeader.Ack):
                await writer.WriteAsync(FrameType.Ping, FrameHeader.Ack, 0, payload.ToArray(), CancellationToken.None).ConfigureAwait(false);
                break;
            case FrameType.WindowUpdate:
                windows.Grow(header.Stream, Number(payload.Span) & int.MaxValue);
                break;
            case FrameType.Reset:
                Reset(header, Number(payload.Span));
                break;
            case FrameType.GoAway:
                GoAway(payload.Span);
                break;
            case FrameType.PushPromise:
                throw new InvalidDataException("the server pushes");
            default:
                break; // Acknowledgements, priorities, and kinds that do not exist yet.
        }
    }

    private async Task ReadDataAsync(FrameHeader header)
    {
        int left = header.Length;
        int padding = 0;
        if (header.Has(FrameHeader.Padded))
        {
            await FillAsync(1).ConfigureAwait(false);
            padding = _buffer[_start++];
            left--;
        }

        if (padding > left)
        {
            throw new InvalidDataException("the padding of a frame is longer than the frame");
        }

        Http2Stream? stream = windows.Find(header.Stream);
        while (left > 0)
        {
            await FillAsync(1).ConfigureAwait(false);
            int count = Math.Min(left, _end - _start);
            stream?.OnData(_buffer.AsSpan(_start, Math.Max(0, Math.Min(count, left - padding))));
            _start += count;
            left -= count;
        }

        _credit += header.Length;
        if (_credit >= CreditStep)
        {
            byte[] credit = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(credit, _credit);
            _credit = 0;
            await writer.WriteAsync(FrameType.WindowUpdate, 0, 0, credit, CancellationToken.None).ConfigureAwait(false);
        }

        if (header.Has(FrameHeader.EndStream))
        {
            End(stream);
        }
    }

    private void BeginBlock(FrameHeader header, ReadOnlySpan<byte> part)
    {
        _block.ResetWrittenCount();
        _block.Write(part);
        (_blockStream, _blockEndsStream) = (header.Stream, header.Has(FrameHeader.EndStream));
        EndBlock(header);
    }

    private void ContinueBlock(FrameHeader header, ReadOnlySpan<byte> part)
    {
        if (_blockStream == 0 || _block.WrittenCount + part.Length > LargestControl)
        {
            throw new InvalidDataException("a block of headers goes on that has not begun, or never ends");
        }

        _block.Write(part);
        EndBlock(header);
    }

    private void EndBlock(FrameHeader header)
    {
        if (!header.Has(FrameHeader.EndHeaders))
        {
            return;
        }

        // Blocks build on each other: one for a stream that was given up must be read too.
        int? status = _headers.Read(_block.WrittenSpan);
        Http2Stream? stream = windows.Find(_blockStream);
        _blockStream = 0;
        stream?.OnHeaders(status);
        if (_blockEndsStream)
        {
            End(stream);
        }
    }

    private void End(Http2Stream? stream)
    {
        if (stream is not null && !stream.OnEnd())
        {
            throw new InvalidDataException("an answer has no status");
        }

        windows.Pulse();
    }

    private void Apply(ReadOnlySpan<byte> settings)
    {
        int? initialWindow = null, maxFrame = null, maxStreams = null;
        for (; settings.Length >= 6; settings = settings[6..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            int bounded = (int)Math.Min(value, int.MaxValue);
            switch (BinaryPrimitives.ReadUInt16BigEndian(settings))
            {
                case 3:
                    maxStreams = bounded;
                    break;
                case 4:
                    initialWindow = value <= int.MaxValue ? bounded : throw new InvalidDataException("a window is larger than allowed");
                    break;
                case 5:
                    maxFrame = bounded;
                    break;
                default:
                    break; // Of no concern to a client that keeps no table of headers and takes no pushes.
            }
        }

        windows.Apply(initialWindow, maxFrame, maxStreams);
    }

    // A server may reset what it has answered to say that it wants no more of the body.
    private void Reset(FrameHeader header, int code)
    {
        if (windows.Find(header.Stream) is { } stream && !stream.Completion.IsCompleted)
        {
            throw new IOException(FormattableString.Invariant($"the server gave a request up (code {code})"));
        }
    }

    private static void GoAway(ReadOnlySpan<byte> payload)
    {
        int code = payload.Length >= 8 ? Number(payload[4..]) : 0;
        string text = payload.Length > 8 ? $": {System.Text.Encoding.UTF8.GetString(payload[8..])}" : "";
        throw new IOException(FormattableString.Invariant($"the server ended the session (code {code}{text})"));
    }

    private static ReadOnlySpan<byte> Unpad(FrameHeader header, ReadOnlySpan<byte> payload, int skip)
    {
        int padding = 0;
        if (header.Has(FrameHeader.Padded))
        {
            padding = payload.IsEmpty ? throw Short() : payload[0];
            skip++;
        }

        return skip + padding <= payload.Length ? payload[skip..^padding] : throw Short();
    }

    private static int Number(ReadOnlySpan<byte> payload) => payload.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(payload) : throw Short();

    private static InvalidDataException Short() => new("a frame is too short");

    private async ValueTask FillAsync(int count)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            int read = await transport.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException("the server closed the connection");
            }

            _end += read;
            Interlocked.Exchange(ref _lastArrival, time.GetTimestamp());
        }
    }
}
