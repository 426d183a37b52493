using System.Text;
using ProxSharp.Http;

namespace ProxSharp.Core.Tests.Http;

public sealed class ConnectionHeaderFilterTests
{
    private const string Close = "Connection: close\r\n";
    private const string Keep = "Connection: Keep-Alive\r\n";
    private const string Erased = "Connection:      \r\n";

    /// <summary>Name, what the server sends, what the client must see (null: the same).</summary>
    public static TheoryData<string, string, string?> Conversations()
    {
        TheoryData<string, string, string?> rows = new()
        {
            { "close before keep", Ok(Close + Keep, "body"), Ok(Erased + Keep, "body") },
            { "keep before close", Ok(Keep + Close, "body"), Ok(Keep + Erased, "body") },
            { "close twice and keep", Ok(Close + Keep + Close, "body"), Ok(Erased + Keep + Erased, "body") },
            { "one line", Ok("Connection: close, Keep-Alive\r\n", "body"), Ok("Connection:      , Keep-Alive\r\n", "body") },
            { "one line, other order", Ok("Connection: keep-alive,close\r\n", "b"), Ok("Connection: keep-alive,     \r\n", "b") },
            { "odd case and no space", Ok("CONNECTION:CLOSE\r\nconnection: KEEP-ALIVE \r\n", "body"), Ok("CONNECTION:     \r\nconnection: KEEP-ALIVE \r\n", "body") },
            { "length first", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + Close + Keep + "\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + Erased + Keep + "\r\nab" },
            { "length last", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK\r\n" + Erased + Keep + "Content-Length: 2\r\n\r\nab" },
            { "same length twice", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK\r\n" + Erased + Keep + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab" },
            { "line feeds only", "HTTP/1.1 200 OK\nConnection: close\nConnection: Keep-Alive\nContent-Length: 2\n\nab", "HTTP/1.1 200 OK\nConnection:      \nConnection: Keep-Alive\nContent-Length: 2\n\nab" },
            { "no reason phrase", "HTTP/1.1 200\r\n" + Close + Keep + "Content-Length: 0\r\n\r\n", "HTTP/1.1 200\r\n" + Erased + Keep + "Content-Length: 0\r\n\r\n" },
            { "304 with a length but no body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n" + Close + Keep + "\r\n" + Ok(Close + Keep, "x"), "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n" + Erased + Keep + "\r\n" + Ok(Erased + Keep, "x") },
            { "204", "HTTP/1.1 204 No Content\r\n" + Close + Keep + "\r\n" + Ok(Close + Keep, "x"), "HTTP/1.1 204 No Content\r\n" + Erased + Keep + "\r\n" + Ok(Erased + Keep, "x") },
            { "interim answer first", "HTTP/1.1 100 Continue\r\n\r\n" + Ok(Close + Keep, "x"), "HTTP/1.1 100 Continue\r\n\r\n" + Ok(Erased + Keep, "x") },
            { "several answers", Ok(Keep, "one") + Ok(Close + Keep, "two") + Ok(Close + Keep, ""), Ok(Keep, "one") + Ok(Erased + Keep, "two") + Ok(Erased + Keep, "") },
            { "body that looks like a head", Ok(Keep, Ok(Close + Keep, "inner")) + Ok(Close + Keep, "x"), Ok(Keep, Ok(Close + Keep, "inner")) + Ok(Erased + Keep, "x") },
            { "redirect", "HTTP/1.1 301 Moved Permanently\r\n" + Close + Keep + "Content-Length: 0\r\n\r\n", "HTTP/1.1 301 Moved Permanently\r\n" + Erased + Keep + "Content-Length: 0\r\n\r\n" },
            { "only keep", Ok(Keep, "body"), null },
            { "real close", Ok(Close, "body"), null },
            { "real close, doubled", Ok(Close + Close, "body"), null },
            { "no connection header", Ok("", "body"), null },
            { "other header that contains the words", Ok("X-Connection: close\r\nProxy-Connection: close\r\n" + Keep, "body"), null },
            { "words that only contain close", Ok("Connection: closed, x-close\r\n" + Keep, "body"), null },
            { "error closes", "HTTP/1.1 500 no such VM\r\n" + Close + Keep + "Content-Length: 4\r\n\r\nbody", null },
            { "answer 400", "HTTP/1.1 400 Parameter verification failed.\r\n" + Close + Keep + "Content-Length: 4\r\n\r\nbody", null },
            { "pseudo status", "HTTP/1.1 596 Connection timed out\r\n" + Close + "\r\n", null },
            { "no length", "HTTP/1.1 200 OK\r\n" + Close + Keep + "\r\nuntil the end " + Ok(Close + Keep, "x"), null },
            { "chunked", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" + Ok(Close + Keep, "x"), null },
            { "chunked with a length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + Close + Keep + "Content-Length: 4\r\n\r\nbody", null },
            { "contradicting lengths", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!", null },
            { "bad length", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: +4\r\n\r\nbody", null },
            { "huge length", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 99999999999999999999\r\n\r\nbody", null },
            { "folded header", "HTTP/1.1 200 OK\r\n" + Close + Keep + "X-Long: a\r\n b\r\nContent-Length: 4\r\n\r\nbody", null },
            { "upgrade", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n" + Ok(Close + Keep, "x"), null },
            { "version 1.0", "HTTP/1.0 200 OK\r\n" + Close + Keep + "Content-Length: 4\r\n\r\nbody", null },
            { "not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", null },
            { "bad status", "HTTP/1.1 2x0 OK\r\n" + Close + Keep + "Content-Length: 4\r\n\r\nbody", null },
            { "empty lines first", "\r\n" + Ok(Close + Keep, "body"), null },
            { "cut off in the head", "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Le", null },
            { "cut off in the body", Ok(Keep, "four")[..^2], null },
            { "head too long", "HTTP/1.1 200 OK\r\nX-Fill: " + new string('x', 40_000) + "\r\n" + Close + Keep + "Content-Length: 0\r\n\r\n", null },
            { "nothing", "", null },
        };
        return rows;
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public async Task Read_WholeConversationAtOnce_RepairsWhatContradicts(string name, string sent, string? seen)
    {
        _ = name;
        Assert.Equal(seen ?? sent, ReadAll([sent], 70_000));
        Assert.Equal(seen ?? sent, await ReadAllAsync([sent], 70_000));
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public async Task Read_SplitAtEveryByte_SeesTheSame(string name, string sent, string? seen)
    {
        _ = name;
        int step = sent.Length > 2000 ? 997 : 1;
        for (int at = 1; at < sent.Length; at += step)
        {
            Assert.Equal(seen ?? sent, ReadAll([sent[..at], sent[at..]], 4096));
            Assert.Equal(seen ?? sent, await ReadAllAsync([sent[..at], sent[at..]], 4096));
        }
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public async Task Read_ByteByByteOrIntoTinyBuffers_SeesTheSame(string name, string sent, string? seen)
    {
        _ = name;
        string[] single = [.. sent.Select(static character => character.ToString())];
        Assert.Equal(seen ?? sent, ReadAll(single, 4096));
        Assert.Equal(seen ?? sent, ReadAll(single, 1));
        Assert.Equal(seen ?? sent, ReadAll([sent], 3));
        Assert.Equal(seen ?? sent, await ReadAllAsync(single, 7));
    }

    [Fact]
    public void Read_RandomPieces_SeesTheSame()
    {
        Random random = new(20_260_711);
        (string Sent, string? Seen)[] good = [.. Conversations().Select(static row => row.Data).Where(static row => row.Item3 is not null).Select(static row => (row.Item2, row.Item3))];
        for (int round = 0; round < 300; round++)
        {
            (string Sent, string? Seen)[] chosen = [.. Enumerable.Range(0, 6).Select(_ => good[random.Next(good.Length)])];
            string sent = string.Concat(chosen.Select(static pair => pair.Sent));
            List<string> pieces = [];
            for (int at = 0; at < sent.Length;)
            {
                int length = Math.Min(1 + random.Next(90), sent.Length - at);
                pieces.Add(sent.Substring(at, length));
                at += length;
            }

            Assert.Equal(string.Concat(chosen.Select(static pair => pair.Seen)), ReadAll(pieces, 1 + random.Next(200)));
        }
    }

    [Fact]
    public void Read_HundredthAnswer_KeepsItsClose()
    {
        string conversation = string.Concat(Enumerable.Repeat(Ok(Close + Keep, "{}"), 99)) + Ok(Close + Close, "{}");
        string expected = string.Concat(Enumerable.Repeat(Ok(Erased + Keep, "{}"), 99)) + Ok(Close + Close, "{}");
        Assert.Equal(expected, ReadAll([conversation], 4096));
    }

    [Fact]
    public void Read_AfterAHeadRequest_LeavesTheConnectionAlone()
    {
        string answer = "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 400\r\n\r\n";
        using ConnectionHeaderFilter filter = new(new ChunkStream([Encoding.Latin1.GetBytes(answer + answer)]));
        filter.Write("HEAD / HTTP/1.1\r\n\r\n"u8);
        Assert.Equal(answer + answer, Drain(filter, 4096));
    }

    [Fact]
    public async Task Read_ZeroBytes_NeitherLosesNorEndsAnything()
    {
        string sent = Ok(Close + Keep, "body");
        using ConnectionHeaderFilter filter = new(new ChunkStream([Encoding.Latin1.GetBytes(sent[..30]), Encoding.Latin1.GetBytes(sent[30..])]));
        Assert.Equal(0, await filter.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(0, filter.Read([]));
        Assert.Equal(Ok(Erased + Keep, "body"), Drain(filter, 5));
        Assert.Equal(0, await filter.ReadAsync(Memory<byte>.Empty));
    }

    [Fact]
    public void Read_Body_GoesIntoTheReadersBufferWithoutACopy()
    {
        string head = "HTTP/1.1 200 OK\r\n" + Close + Keep + "Content-Length: 1000000\r\n\r\n";
        byte[] body = new byte[1_000_000];
        using ConnectionHeaderFilter filter = new(new ChunkStream([Encoding.Latin1.GetBytes(head), body]));
        byte[] buffer = new byte[65_536];
        Assert.Equal(head.Length, filter.Read(buffer));
        Assert.Equal(buffer.Length, filter.Read(buffer)); // Everything that runs once has run now.
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = filter.Read(buffer);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(buffer.Length, count);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Write_Anything_PassesUnchanged()
    {
        ChunkStream connection = new([]);
        ConnectionHeaderFilter filter = new(connection);
        filter.Write("ab"u8);
        filter.Write("xcdx"u8.ToArray(), 1, 2);
        await filter.WriteAsync("ef"u8.ToArray());
        await Task.Factory.FromAsync(filter.BeginWrite, filter.EndWrite, "xghx"u8.ToArray(), 1, 2, null);
        await filter.FlushAsync();
        Assert.Equal("abcdefgh", Encoding.Latin1.GetString(connection.Written));
        await filter.DisposeAsync();
        Assert.True(connection.IsDisposed);
    }

    private static string Ok(string headers, string body) => $"HTTP/1.1 200 OK\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";

    private static string ReadAll(IEnumerable<string> pieces, int bufferSize)
    {
        using ConnectionHeaderFilter filter = new(new ChunkStream(pieces.Select(Encoding.Latin1.GetBytes)));
        return Drain(filter, bufferSize);
    }

    private static string Drain(Stream stream, int bufferSize)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[bufferSize];
        while (stream.Read(buffer, 0, buffer.Length) is int count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private static async Task<string> ReadAllAsync(IEnumerable<string> pieces, int bufferSize)
    {
        using ConnectionHeaderFilter filter = new(new ChunkStream(pieces.Select(Encoding.Latin1.GetBytes)));
        StringBuilder text = new();
        byte[] buffer = new byte[bufferSize];
        while (await filter.ReadAsync(buffer) is int count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
