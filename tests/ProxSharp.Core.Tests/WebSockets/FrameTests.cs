using ProxSharp.WebSockets;

namespace ProxSharp.Core.Tests.WebSockets;

/// <summary>The frames of a websocket, byte by byte.</summary>
public sealed class FrameTests
{
    public static TheoryData<byte[]> BadFrames() => new()
    {
        new byte[] { 0xC2, 0x01, 0x41 },
        new byte[] { 0x82, 0x81, 1, 2, 3, 4, 5 },
        new byte[] { 0x83, 0x01, 0x41 },
        new byte[] { 0x09, 0x00 },
        new byte[] { 0x88, 0x7E, 0x00, 0x80 },
        new byte[] { 0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0 },
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void Write_PayloadOfAnyLength_IsCompleteAndMasked(int length)
    {
        byte[] payload = [.. Enumerable.Range(0, length).Select(static number => (byte)(number * 31))];
        byte[] frame = new byte[length + FrameWriter.LongestHead];
        byte[] written = frame[..FrameWriter.Write(frame, FrameWriter.Binary, payload)];

        Assert.Equal(0x82, written[0]);
        Assert.True((written[1] & 0x80) != 0, "Clients must mask what they send.");
        int head = length < 126 ? 2 : length <= ushort.MaxValue ? 4 : 10;
        byte[] mask = written[head..(head + 4)];
        byte[] unmasked = [.. written[(head + 4)..].Select((value, index) => (byte)(value ^ mask[index % 4]))];
        Assert.Equal(payload, unmasked);
        Assert.Equal(length, head == 2 ? written[1] & 0x7F : head == 4 ? (written[2] << 8) | written[3] : (written[7] << 16) | (written[8] << 8) | written[9]);
    }

    [Fact]
    public void Next_FramesCutAtEveryByte_AreReadTheSame()
    {
        byte[] stream =
        [
            0x82, 0x05, .. "Hello"u8, // a message
            0x89, 0x02, .. "hi"u8, // a ping in between
            0x8A, 0x00, // a pong nobody asked for
            0x82, 0x00, // nothing
            0x02, 0x03, .. " fr"u8, 0x80, 0x06, .. "agment"u8, // a message in two fragments
            0x82, 0x7E, 0x00, 0x80, .. new byte[128], // a longer one
            0x88, 0x02, 0x03, 0xE8, // the end
        ];
        for (int cut = 1; cut < stream.Length; cut++)
        {
            FrameReader reader = new("test");
            List<byte> data = [];
            List<string> pings = [];
            bool closed = Feed(reader, stream[..cut], data, pings) || Feed(reader, stream[cut..], data, pings);
            Assert.True(closed);
            Assert.Equal((byte[])[.. "Hello fragment"u8, .. new byte[128]], data);
            Assert.Equal(["hi"], pings);
            Assert.False(reader.IsInsideFrame);
        }
    }

    [Theory]
    [MemberData(nameof(BadFrames))]
    public void Next_FrameThatNoServerMaySend_IsAProtocolException(byte[] frame)
    {
        FrameReader reader = new("test");
        ProxmoxProtocolException exception = Assert.Throws<ProxmoxProtocolException>(() => Feed(reader, frame, [], []));
        Assert.StartsWith("Unable to read the websocket of test: ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, exception.Offset);
    }

    [Fact]
    public void IsInsideFrame_StreamCutAnywhereInAMessage_IsTrue()
    {
        byte[] message = [0x82, 0x03, 1, 2, 3];
        for (int length = 1; length < message.Length; length++)
        {
            FrameReader reader = new("test");
            Feed(reader, message[..length], [], []);
            Assert.True(reader.IsInsideFrame);
        }
    }

    private static bool Feed(FrameReader reader, byte[] bytes, List<byte> data, List<string> pings)
    {
        bytes.CopyTo(reader.Free);
        reader.Filled(bytes.Length);
        byte[] target = new byte[7];
        while (true)
        {
            switch (reader.Next(target, out int count))
            {
                case FrameStep.Data:
                    data.AddRange(target[..count]);
                    break;
                case FrameStep.Ping:
                    pings.Add(System.Text.Encoding.ASCII.GetString(reader.Control.Span));
                    break;
                case FrameStep.Close:
                    return true;
                default:
                    return false;
            }
        }
    }
}
