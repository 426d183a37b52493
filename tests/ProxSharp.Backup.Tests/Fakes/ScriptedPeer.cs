using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>The server's end of a connection of which each byte is up to the test, and a channel at the other end.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Push = 5, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;

    private readonly NetworkStream _stream;

    private ScriptedPeer(NetworkStream stream, Http2Channel channel) => (_stream, Channel) = (stream, channel);

    public Http2Channel Channel { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Connects, and reads how the client begins.</summary>
    public static async Task<ScriptedPeer> StartAsync(Func<Stream, Stream>? wrap = null, TimeProvider? time = null)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint, Cancel);
        NetworkStream server = new(await listener.AcceptSocketAsync(Cancel), ownsSocket: true);
        NetworkStream transport = new(client, ownsSocket: true);
        Stream bytes = wrap?.Invoke(transport) ?? transport;
        ScriptedPeer peer = new(server, await Http2Channel.StartAsync(bytes, bytes, "pbs:8007", "the test", time ?? TimeProvider.System, Cancel));
        await server.ReadExactlyAsync(new byte[24], Cancel);
        Assert.Equal(Settings, (await peer.ReadAsync()).Type);
        Assert.Equal(WindowUpdate, (await peer.ReadAsync()).Type);
        return peer;
    }

    public Task<ChannelAnswer> GetAsync(IBufferWriter<byte>? output = null, CancellationToken cancellationToken = default)
        => Channel.SendAsync(new ChannelRequest(HttpMethod.Get, "/x?y=1"), output, cancellationToken.CanBeCanceled ? cancellationToken : Cancel);

    public Task<ChannelAnswer> PostAsync(int size, CancellationToken cancellationToken = default)
        => Channel.SendAsync(
            new ChannelRequest(HttpMethod.Post, "/x") { ContentType = "application/octet-stream", Body = new byte[size] },
            null,
            cancellationToken.CanBeCanceled ? cancellationToken : Cancel);

    public static byte[] Frame(byte type, byte flags, int stream, params byte[] payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public static byte[] Number(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    public static byte[] Setting(byte id, uint value) => [0, id, .. Number(value)];

    public async Task SendAsync(byte type, byte flags, int stream, params byte[] payload) => await _stream.WriteAsync(Frame(type, flags, stream, payload), Cancel);

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes, Cancel);

    /// <summary>Answers with status 200 and a text.</summary>
    public async Task AnswerAsync(int stream, string body = "ok")
    {
        await SendAsync(Headers, 4, stream, 0x88);
        await SendAsync(Data, 1, stream, Encoding.ASCII.GetBytes(body));
    }

    public void CloseOutput() => _stream.Socket.Shutdown(SocketShutdown.Send);

    public async Task<PeerFrame> ReadAsync()
    {
        byte[] header = new byte[9];
        await _stream.ReadExactlyAsync(header, Cancel);
        byte[] payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
        await _stream.ReadExactlyAsync(payload, Cancel);
        return new PeerFrame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
    }

    public async Task<PeerFrame> ReadAsync(byte type)
    {
        PeerFrame frame = await ReadAsync();
        while (frame.Type != type)
        {
            frame = await ReadAsync();
        }

        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _stream.DisposeAsync();
    }
}
