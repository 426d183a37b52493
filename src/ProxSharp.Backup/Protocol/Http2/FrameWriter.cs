using System.Buffers.Binary;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>Writes frames, one at a time. Once begun, a frame is written to its end: half of one would break the connection.</summary>
internal sealed class FrameWriter(Stream transport) : IDisposable
{
    private const int MaxWindow = int.MaxValue;
    private const int MaxFrame = 4 << 20;
    private const int DefaultWindow = 65_535;
    private const int HeadSize = 16 * 1024;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly byte[] _head = new byte[HeadSize];
    private int _lastStream = -1;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Begins the connection: the largest windows and frames there are, since whoever asks for something has room for it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Preface.CopyTo(_head);
        int length = Preface.Length;
        new FrameHeader(18, FrameType.Settings, 0, 0).Write(_head.AsSpan(length));
        length += FrameHeader.Size;
        length = WriteSetting(length, 0x2, 0); // No pushes.
        length = WriteSetting(length, 0x4, MaxWindow);
        length = WriteSetting(length, 0x5, MaxFrame);
        new FrameHeader(4, FrameType.WindowUpdate, 0, 0).Write(_head.AsSpan(length));
        BinaryPrimitives.WriteInt32BigEndian(_head.AsSpan(length + FrameHeader.Size), MaxWindow - DefaultWindow);
        length += FrameHeader.Size + 4;
        await transport.WriteAsync(_head.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request: headers, and the body as the windows allow.</summary>
    /// <param name="windows">What may be sent.</param>
    /// <param name="stream">The stream, on which a place was taken.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up between two frames.</param>
    public async Task SendAsync(SendWindow windows, Http2Stream stream, ChannelRequest request, CancellationToken cancellationToken)
    {
        using PooledBuffer headers = new(512);
        HeaderEncoder.Write(headers, request);
        ReadOnlyMemory<byte> body = request.Body;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // The numbers of streams must rise in the order in which they are opened.
            _lastStream += 2;
            windows.Open(stream, _lastStream);
            byte flags = (byte)(FrameHeader.EndHeaders | (body.IsEmpty ? FrameHeader.EndStream : 0));
            new FrameHeader(headers.Length, FrameType.Headers, flags, stream.Id).Write(_head);
            headers.Span.CopyTo(_head.AsSpan(FrameHeader.Size));
            await WriteAsync(FrameHeader.Size + headers.Length, default).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }

        while (!body.IsEmpty && await windows.TakeAsync(stream, body.Length, cancellationToken).ConfigureAwait(false) is int count and > 0)
        {
            await WriteDataAsync(stream.Id, body[..count], isLast: count == body.Length, cancellationToken).ConfigureAwait(false);
            body = body[count..];
        }
    }

    /// <summary>Sends a frame without much in it.</summary>
    public async Task WriteAsync(FrameType type, byte flags, int stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            new FrameHeader(payload.Length, type, flags, stream).Write(_head);
            payload.Span.CopyTo(_head.AsSpan(FrameHeader.Size));
            await WriteAsync(FrameHeader.Size + payload.Length, default).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task WriteDataAsync(int stream, ReadOnlyMemory<byte> data, bool isLast, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // The first bytes go with the header, so that no record on the wire holds the header alone.
            new FrameHeader(data.Length, FrameType.Data, isLast ? FrameHeader.EndStream : (byte)0, stream).Write(_head);
            int first = Math.Min(data.Length, HeadSize - FrameHeader.Size);
            data[..first].CopyTo(_head.AsMemory(FrameHeader.Size));
            await WriteAsync(FrameHeader.Size + first, data[first..]).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask WriteAsync(int head, ReadOnlyMemory<byte> rest)
    {
        await transport.WriteAsync(_head.AsMemory(0, head), CancellationToken.None).ConfigureAwait(false);
        if (!rest.IsEmpty)
        {
            await transport.WriteAsync(rest, CancellationToken.None).ConfigureAwait(false);
        }

        await transport.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private int WriteSetting(int at, short id, int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_head.AsSpan(at), id);
        BinaryPrimitives.WriteInt32BigEndian(_head.AsSpan(at + 2), value);
        return at + 6;
    }
}
