using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Tests.Fakes;
using static ProxSharp.Backup.Tests.Fakes.ScriptedPeer;

namespace ProxSharp.Backup.Tests.Protocol;

/// <summary>The rules of RFC 9113, with a server each byte of which is scripted.</summary>
public sealed class Http2RulesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Frames that end the connection, and the code that the server is told.</summary>
    public static TheoryData<string, int> Forbidden() => new()
    {
        { Convert.ToHexString(Frame(Settings, 0, 0, 0, 3, 0)), 6 },
        { Convert.ToHexString(Frame(Settings, 1, 0, Setting(3, 1))), 6 },
        { Convert.ToHexString(Frame(Settings, 0, 1)), 1 },
        { Convert.ToHexString(Frame(Settings, 0, 0, Setting(2, 1))), 1 },
        { Convert.ToHexString(Frame(Settings, 0, 0, Setting(4, 1u << 31))), 3 },
        { Convert.ToHexString(Frame(Settings, 0, 0, Setting(5, 0))), 1 },
        { Convert.ToHexString(Frame(Settings, 0, 0, Setting(5, 1 << 24))), 1 },
        { Convert.ToHexString(Frame(Ping, 0, 0, 1, 2, 3)), 6 },
        { Convert.ToHexString(Frame(Ping, 0, 1, new byte[8])), 1 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 0, Number(0))), 1 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 1, Number(0))), 1 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 0, Number(int.MaxValue))), 3 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 1, Number(int.MaxValue))), 3 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 1, 0, 1)), 6 },
        { Convert.ToHexString(Frame(WindowUpdate, 0, 9, Number(1))), 1 },
        { Convert.ToHexString(Frame(Reset, 0, 0, Number(1))), 1 },
        { Convert.ToHexString(Frame(Reset, 0, 9, Number(1))), 1 },
        { Convert.ToHexString(Frame(Reset, 0, 1, 1)), 6 },
        { Convert.ToHexString(Frame(GoAway, 0, 0, 1)), 6 },
        { Convert.ToHexString(Frame(Data, 0, 0, 1)), 1 },
        { Convert.ToHexString(Frame(Data, 0, 2, 1)), 1 },
        { Convert.ToHexString(Frame(Data, 0, 9, 1)), 1 },
        { Convert.ToHexString(Frame(Data, 8, 1)), 1 },
        { Convert.ToHexString(Frame(Data, 8, 1, 1)), 1 },
        { Convert.ToHexString(Frame(Headers, 4, 0, 0x88)), 1 },
        { Convert.ToHexString(Frame(Headers, 4, 9, 0x88)), 1 },
        { Convert.ToHexString(Frame(Headers, 4, 1, 0xFF, 0xFF, 0xFF)), 9 },
        { Convert.ToHexString(Frame(Headers, 0x24, 1, 0, 0)), 1 },
        { Convert.ToHexString(Frame(Continuation, 4, 1, 0x88)), 1 },
        { Convert.ToHexString([.. Frame(Headers, 0, 1, 0x88), .. Frame(Ping, 0, 0, new byte[8])]), 1 },
        { Convert.ToHexString(Frame(Push, 4, 1, 0, 0, 0, 2, 0x82)), 1 },
        { Convert.ToHexString("HTTP/1.1 400 Bad Request\r\n\r\n"u8), 6 },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task Frame_Forbidden_EndsTheConnectionWithGoAway(string hex, int code)
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> get = peer.GetAsync();
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Convert.FromHexString(hex));
        await Assert.ThrowsAsync<BackupSessionLostException>(() => get);
        PeerFrame farewell = await peer.ReadAsync(GoAway);
        Assert.Equal(code, BinaryPrimitives.ReadInt32BigEndian(farewell.Payload.AsSpan(4)));
        await Assert.ThrowsAsync<BackupSessionLostException>(() => peer.GetAsync());
    }

    [Fact]
    public async Task Server_NotBeginningWithSettings_IsRefused()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Ping, 0, 0, new byte[8]);
        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian((await peer.ReadAsync(GoAway)).Payload.AsSpan(4)));
    }

    [Fact]
    public async Task Request_First_SaysThatNoTableIsUsed()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0, Setting(1, 0));
        Task<ChannelAnswer> get = peer.GetAsync();
        Assert.Equal(Settings, (await peer.ReadAsync()).Type);
        PeerFrame headers = await peer.ReadAsync();
        Assert.Equal((Headers, 5, 1, 0x20), (headers.Type, headers.Flags, headers.Stream, headers.Payload[0]));
        await peer.AnswerAsync(1);
        Assert.Equal(200, (await get).Status);
    }

    [Fact]
    public async Task Reset_OfOneRequest_LeavesTheOthers()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> first = peer.PostAsync(100_000);
        await peer.ReadAsync(Headers);
        Task<ChannelAnswer> second = peer.GetAsync();
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Reset, 0, 1, Number(2));
        BackupSessionLostException reset = await Assert.ThrowsAsync<BackupSessionLostException>(() => first);
        Assert.Equal("pbs:8007 did not answer POST /x of the test to the end: the server gave the request up (code 2).", reset.Message);
        await peer.AnswerAsync(3);
        Assert.Equal(200, (await second).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task Refused_BeforeAnything_IsSentAgain(int body)
    {
        ImpatientTime time = new();
        await using ScriptedPeer peer = await StartAsync(time: time);
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> request = body == 0 ? peer.GetAsync() : peer.PostAsync(body);
        for (int stream = 1; stream <= 7; stream += 2)
        {
            Assert.Equal(stream, (await peer.ReadAsync(Headers)).Stream);
            if (stream < 7)
                await peer.SendAsync(Reset, 0, stream, Number(7));
        }

        await peer.AnswerAsync(7);
        Assert.Equal(200, (await request).Status);
        Assert.Equal([100, 200, 300], time.Pauses.Select(static pause => pause.TotalMilliseconds));
    }

    [Fact]
    public async Task Refused_AgainAndAgain_IsAFailure()
    {
        ImpatientTime time = new();
        await using ScriptedPeer peer = await StartAsync(time: time);
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> request = peer.GetAsync();
        for (int stream = 1; stream <= 9; stream += 2)
            await peer.SendAsync(Reset, 0, (await peer.ReadAsync(Headers)).Stream, Number(7));
        BackupSessionLostException refused = await Assert.ThrowsAsync<BackupSessionLostException>(() => request);
        Assert.Contains("code 7", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_AfterAnAnswerBegan_IsNotSentAgain()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> request = peer.GetAsync(new ArrayBufferWriter<byte>());
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Headers, 4, 1, 0x88);
        await peer.SendAsync(Data, 0, 1, "part"u8.ToArray());
        await peer.SendAsync(Reset, 0, 1, Number(7));
        await Assert.ThrowsAsync<BackupSessionLostException>(() => request);
        Task<ChannelAnswer> next = peer.GetAsync();
        Assert.Equal(3, (await peer.ReadAsync(Headers)).Stream);
        await peer.AnswerAsync(3);
        Assert.Equal(200, (await next).Status);
    }

    [Fact]
    public async Task Padding_OfHeadersAndData_IsLeftOut()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        ArrayBufferWriter<byte> body = new();
        Task<ChannelAnswer> get = peer.GetAsync(body);
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Headers, 4 | 8 | 0x20, 1, [3, 0, 0, 0, 0, 9, 0x88, 0, 0, 0]);
        await peer.SendAsync(Data, 8, 1, [2, .. "some "u8, 0, 0]);
        await peer.SendAsync(Data, 8, 1, [0, .. "text"u8]);
        await peer.SendAsync(Data, 8, 1, [255, .. new byte[255]]);
        await peer.SendAsync(Data, 8 | 1, 1, [0]);
        Assert.Equal(200, (await get).Status);
        Assert.Equal("some text", Encoding.ASCII.GetString(body.WrittenSpan));
    }

    [Fact]
    public async Task GoAway_InOrder_AnswersWhatWasTaken()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> first = peer.GetAsync();
        await peer.ReadAsync(Headers);
        Task<ChannelAnswer> second = peer.GetAsync();
        await peer.ReadAsync(Headers);
        await peer.SendAsync(GoAway, 0, 0, [.. Number(1), .. Number(0), .. "bye"u8]);
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => second);
        Assert.Equal("The connection of the test to pbs:8007 broke: the server ended the session (code 0: bye).", lost.Message);
        await Assert.ThrowsAsync<BackupSessionLostException>(() => peer.GetAsync());
        await peer.AnswerAsync(1);
        Assert.Equal(200, (await first).Status);
    }

    [Fact]
    public async Task Answer_BeforeTheBodyIsSent_EndsTheStream()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0);
        Task<ChannelAnswer> post = peer.PostAsync(100_000);
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Headers, 4, 1, [0x08, 3, .. "400"u8]);
        await peer.SendAsync(Data, 1, 1, [.. "too large"u8]);
        Assert.Equal(new ChannelAnswer(400, "too large"), await post);
        PeerFrame reset = await peer.ReadAsync(Reset);
        Assert.Equal((1, 8u), (reset.Stream, BinaryPrimitives.ReadUInt32BigEndian(reset.Payload)));
    }

    [Fact]
    public async Task Cancel_WhileTheWindowIsShut_ResetsOnlyTheRequest()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0, Setting(4, 10));
        using CancellationTokenSource cancellation = new();
        Task<ChannelAnswer> post = peer.PostAsync(100, cancellation.Token);
        Assert.Equal(10, (await peer.ReadAsync(Data)).Payload.Length);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => post);
        Assert.Equal(1, (await peer.ReadAsync(Reset)).Stream);
        Task<ChannelAnswer> get = peer.GetAsync();
        await peer.ReadAsync(Headers);
        await peer.SendAsync(WindowUpdate, 0, 1, Number(5));
        await peer.SendAsync(Data, 0, 1, 1, 2, 3);
        await peer.AnswerAsync(3);
        Assert.Equal(200, (await get).Status);
    }

    [Fact]
    public async Task Settings_WindowLoweredBelowWhatWasSent_WaitsUntilItIsAboveZero()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0, Setting(4, 50));
        Task<ChannelAnswer> post = peer.PostAsync(100);
        Assert.Equal(50, (await peer.ReadAsync(Data)).Payload.Length);
        await peer.SendAsync(Settings, 0, 0, Setting(4, 20));
        Assert.Equal(1, (await peer.ReadAsync()).Flags);
        await peer.SendAsync(WindowUpdate, 0, 1, Number(30));
        await peer.SendAsync(Ping, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], (await peer.ReadAsync()).Payload);
        await peer.SendAsync(WindowUpdate, 0, 1, Number(7));
        Assert.Equal(7, (await peer.ReadAsync()).Payload.Length);
        await peer.SendAsync(Settings, 0, 0, Setting(4, 1000));
        Assert.Equal(Settings, (await peer.ReadAsync()).Type);
        PeerFrame rest = await peer.ReadAsync();
        Assert.Equal((43, 1), (rest.Payload.Length, rest.Flags));
        await peer.AnswerAsync(1);
        Assert.Equal(200, (await post).Status);
    }

    [Fact]
    public async Task Answer_InUnusualFrames_IsRead()
    {
        await using ScriptedPeer peer = await StartAsync();
        await peer.SendAsync(Settings, 0, 0, [.. Setting(1, 0), .. Setting(0x99, 7)]);
        ArrayBufferWriter<byte> output = new();
        Task<ChannelAnswer> get = peer.GetAsync(output);
        await peer.ReadAsync(Headers);
        await peer.SendAsync(Headers, 4, 1, [0x08, 3, .. "103"u8]);
        await peer.SendAsync(0xEE, 0xFF, 77, new byte[100_000]);
        await peer.SendAsync(2, 0, 1, new byte[5]);
        await peer.SendAsync(Headers, 0x28, 1, 2, 0, 0, 0, 0, 0, 0x20, 0, 0);
        await peer.SendAsync(Continuation, 0, 1);
        await peer.SendAsync(Continuation, 4, 1, 0x88);
        await peer.SendAsync(Data, 8, 1, [3, .. "ab"u8, 0, 0, 0]);
        await peer.SendAsync(Data, 8, 1, 0);
        await peer.SendAsync(Data, 0, 1, [.. "cd"u8]);
        await peer.SendAsync(Headers, 5, 1, [0x00, 1, (byte)'t', 1, (byte)'v']);
        Assert.Equal(200, (await get).Status);
        Assert.Equal("abcd", Encoding.ASCII.GetString(output.WrittenSpan));
    }

    [Fact]
    public async Task Ping_WhileNothingCanBeWritten_KeepsTheReaderReading()
    {
        BlockedStream? blocked = null;
        await using ScriptedPeer peer = await StartAsync(stream => blocked = new BlockedStream(stream));
        await peer.SendAsync(Settings, 0, 0);
        ArrayBufferWriter<byte> output = new();
        Task<ChannelAnswer> get = peer.GetAsync(output);
        await peer.ReadAsync(Headers);
        blocked!.Block();
        await peer.SendAsync(Ping, 0, 0, new byte[8]);
        await peer.SendAsync(Settings, 0, 0, Setting(3, 5));
        await peer.AnswerAsync(1);
        Assert.Equal(200, (await get).Status);
        blocked.Release();
        Assert.Equal(Ping, (await peer.ReadAsync()).Type);
        Assert.Equal(Settings, (await peer.ReadAsync()).Type);
    }

    [Fact]
    public async Task Frames_Mutated_NeverHangOrThrowAnythingElse()
    {
        byte[] script =
        [
            .. Frame(Settings, 0, 0, Setting(3, 100)), .. Frame(Headers, 4, 1, 0x88), .. Frame(Data, 8, 1, 2, 65, 66, 0, 0), .. Frame(Ping, 0, 0, new byte[8]),
            .. Frame(WindowUpdate, 0, 1, Number(9)), .. Frame(Headers, 0, 1, 0x00, 1), .. Frame(Continuation, 4, 1, 97, 1, 98), .. Frame(Data, 1, 1, 67),
        ];
        Random random = new(9113);
        int ended = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] input = script[..random.Next(script.Length / 2, script.Length + 1)];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                input[random.Next(input.Length)] = (byte)random.Next(256);
            }

            ProxSharp.Backup.Protocol.Http2.SendWindow windows = new();
            windows.Open(new ProxSharp.Backup.Protocol.Http2.Http2Stream(new ArrayBufferWriter<byte>(), ChannelRequest.SmallAnswer), 1);
            ProxSharp.Backup.Protocol.Http2.FrameWriter writer = new(new MemoryStream(), windows);
            ProxSharp.Backup.Protocol.Http2.FrameReader reader = new(new MemoryStream(input), writer, windows, TimeProvider.System);
            Exception end = await Assert.ThrowsAnyAsync<Exception>(() => reader.RunAsync().WaitAsync(TimeSpan.FromSeconds(30), Cancel));
            Assert.True(end is IOException or InvalidDataException, $"{i}: {end}");
            ended++;
        }

        Assert.Equal(10_000, ended);
    }
}
