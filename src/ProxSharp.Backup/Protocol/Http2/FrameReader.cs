using System.Buffers;
using System.Buffers.Binary;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>Reads frames and passes on what is in them, until the connection ends.</summary>
internal sealed class FrameReader(Stream transport, FrameWriter writer, SendWindow windows, TimeProvider time)
{
    private const int BufferSize = 256 * 1024;
    private const int CreditStep = 256 << 20;
    private const int MostParts = 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly HeaderDecoder _headers = new();
    private readonly ArrayBufferWriter<byte> _block = new();
    private int _start;
    private int _end;
    private bool _hasBegun;
    private int _blockStream;
    private int _blockParts;
    private bool _blockEndsStream;
    private int _credit;
    private long _lastArrival = time.GetTimestamp();

    /// <summary>When something arrived last, as a timestamp; at first the start.</summary>
    public long LastArrival => Interlocked.Read(ref _lastArrival);

    /// <summary>Reads until the connection ends, which is always a failure here.</summary>
    /// <exception cref="IOException">The connection ended or broke, or the server sent what is no HTTP/2.</exception>
    /// <exception cref="InvalidDataException">The server sent headers that nobody can read.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            await FillAsync(FrameHeader.Size).ConfigureAwait(false);
            FrameHeader header = FrameHeader.Read(_buffer.AsSpan(_start));
            _start += FrameHeader.Size;
            Check(header);
            if (header.Type is FrameType.Data or > FrameType.Continuation)
            {
                await ReadDataAsync(header).ConfigureAwait(false);
                continue;
            }

            await FillAsync(header.Length).ConfigureAwait(false);
            ReadOnlyMemory<byte> payload = _buffer.AsMemory(_start, header.Length);
            _start += header.Length;
            Handle(header, payload.Span);
        }
    }

    private void Check(FrameHeader header)
    {
        if (!_hasBegun && (header.Type != FrameType.Settings || header.Has(FrameHeader.Ack)))
        {
            throw new Http2Exception(ErrorCode.Protocol, "the server does not begin with its settings");
        }

        _hasBegun = true;
        FrameRules.Check(header);
        if (_blockStream != 0 && (header.Type != FrameType.Continuation || header.Stream != _blockStream))
        {
            throw new Http2Exception(ErrorCode.Protocol, "a block of headers is interrupted");
        }
    }

    // Nothing here waits for what is being written: a server that does not read until it has written would wait for ever, and so would this.
    private void Handle(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Headers:
                BeginBlock(header, Unpad(header, payload, header.Has(FrameHeader.HasPriority) ? 5 : 0));
                break;
            case FrameType.Continuation:
                ContinueBlock(header, payload);
                break;
            case FrameType.Settings when !header.Has(FrameHeader.Ack):
                writer.Post(new ControlFrame(new FrameHeader(0, FrameType.Settings, FrameHeader.Ack, 0), 0, PeerSettings.Read(payload)));
                break;
            case FrameType.Ping when !header.Has(FrameHeader.Ack):
                writer.Post(new ControlFrame(
                    new FrameHeader(payload.Length, FrameType.Ping, FrameHeader.Ack, 0), BinaryPrimitives.ReadUInt64BigEndian(payload)));
                break;
            case FrameType.WindowUpdate:
                Grow(header, Number(payload) & int.MaxValue);
                break;
            case FrameType.Reset:
                windows.Find(header.Stream)?.OnReset((uint)Number(payload));
                windows.Pulse();
                break;
            case FrameType.GoAway:
                GoAway(payload);
                break;
            case FrameType.PushPromise:
                throw new Http2Exception(ErrorCode.Protocol, "the server pushes");
            default:
                break; // Acknowledgements and priorities.
        }
    }

    private async Task ReadDataAsync(FrameHeader header)
    {
        int left = header.Length;
        int padding = 0;
        bool isData = header.Type == FrameType.Data; // Else a kind of frame that does not exist yet.
        Http2Stream? stream = isData ? windows.Find(header.Stream) : null;
        if (isData && header.Has(FrameHeader.Padded))
        {
            if (left == 0)
            {
                throw Short();
            }

            await FillAsync(1).ConfigureAwait(false);
            padding = _buffer[_start++];
            left--;
        }

        if (padding > left)
        {
            throw new Http2Exception(ErrorCode.Protocol, "the padding of a frame is longer than the frame");
        }

        while (left > 0)
        {
            await FillAsync(1).ConfigureAwait(false);
            int count = Math.Min(left, _end - _start);
            stream?.OnData(_buffer.AsSpan(_start, Math.Max(0, Math.Min(count, left - padding))));
            _start += count;
            left -= count;
        }

        if (isData)
        {
            GiveCredit(header.Length);
            if (header.Has(FrameHeader.EndStream))
            {
                End(stream);
            }
        }
    }

    // What is dropped counts too.
    private void GiveCredit(int count)
    {
        _credit += count;
        if (_credit >= CreditStep)
        {
            writer.Post(new ControlFrame(new FrameHeader(4, FrameType.WindowUpdate, 0, 0), (ulong)_credit));
            _credit = 0;
        }
    }

    private void BeginBlock(FrameHeader header, ReadOnlySpan<byte> part)
    {
        _ = windows.Find(header.Stream);
        _block.ResetWrittenCount();
        _block.Write(part);
        _blockParts = 0;
        (_blockStream, _blockEndsStream) = (header.Stream, header.Has(FrameHeader.EndStream));
        EndBlock(header);
    }

    private void ContinueBlock(FrameHeader header, ReadOnlySpan<byte> part)
    {
        if (_blockStream == 0 || _block.WrittenCount + part.Length > FrameRules.LargestBlock || ++_blockParts > MostParts)
        {
            throw new Http2Exception(
                _blockStream == 0 ? ErrorCode.Protocol : ErrorCode.TooMuch, "a block of headers goes on that has not begun, or never ends");
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
            throw new Http2Exception(ErrorCode.Protocol, "an answer has no status");
        }

        windows.Pulse();
    }

    private void Grow(FrameHeader header, int count)
    {
        if (count == 0)
        {
            throw new Http2Exception(ErrorCode.Protocol, "a window grows by nothing");
        }

        if (header.Stream != 0)
        {
            _ = windows.Find(header.Stream);
        }

        windows.Grow(header.Stream, count);
    }

    // A server that ends in order answers what it has taken, and takes nothing more.
    private void GoAway(ReadOnlySpan<byte> payload)
    {
        uint code = (uint)Number(payload[4..]);
        string text = payload.Length > 8 ? $": {System.Text.Encoding.UTF8.GetString(payload[8..])}" : "";
        string reason = FormattableString.Invariant($"the server ended the session (code {code}{text})");
        if (code != (uint)ErrorCode.None)
        {
            throw new IOException(reason);
        }

        foreach (Http2Stream stream in windows.Close(reason, Number(payload) & int.MaxValue))
        {
            stream.Fail(new GoingAwayException(reason));
        }

        windows.Pulse();
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

    private static int Number(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt32BigEndian(payload);

    private static Http2Exception Short() => new(ErrorCode.Protocol, "a frame is too short");

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
