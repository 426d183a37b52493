using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ProxSharp.Mcp.Tests;

/// <summary>What is no message is answered as JSON-RPC 2.0 wants it, and what is written goes out in whole lines.</summary>
public sealed class ProtocolLinesTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("this is no JSON", -32700, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"ping\"", -32700, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0022b\",\"method\":", -32700, "\"a\\u0022b\"")]
    [InlineData("\0\u0001", -32700, "null")]
    [InlineData("{}{}", -32700, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":8,\"\\ud800\":1,\"method\":\"ping\"}", -32600, "8")]
    [InlineData("{}", -32600, "null")]
    [InlineData("null", -32600, "null")]
    [InlineData("7", -32600, "null")]
    [InlineData("[]", -32600, "null")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}]", -32600, "null")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}]", -32600, "null")]
    [InlineData("[[[]],1,null]", -32600, "null")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}", -32700, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7}", -32600, "7")]
    [InlineData("{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"ping\"}", -32600, "7")]
    [InlineData("{\"id\":7,\"method\":\"ping\"}", -32600, "7")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":5}", -32600, "7")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", -32600, "1.5")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":{\"id\":7},\"method\":\"ping\"}", -32600, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"params\":{\"id\":7}}", -32600, "null")]
    [InlineData("{\"jsonrpc\":\"1.0\",\"id\":7,\"result\":{}}", -32600, "null")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1,\"requestId\":2}}", -32600, "null")]
    public async Task WhatIsNoMessage_IsAnswered_AndNotPassedOn(string line, int code, string id)
    {
        MemoryStream output = new();
        await using ProtocolLines lines = new(Text($"{line}\n{Ping}\n"), output) { Grace = default };
        Assert.Equal(Ping + "\n", await ReadAsync(lines));

        using JsonDocument answer = JsonDocument.Parse(Assert.Single(Lines(output)));
        Assert.Equal("2.0", answer.RootElement.GetProperty("jsonrpc").GetString());
        Assert.Equal(id, answer.RootElement.GetProperty("id").GetRawText());
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
        Assert.NotEmpty(answer.RootElement.GetProperty("error").GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Batch_IsRefused_WithAnErrorForEachOfItsRequests()
    {
        MemoryStream output = new();
        const string batch = """ [{"jsonrpc":"2.0","id":7,"method":"ping"},{"jsonrpc":"2.0","method":"x"},{"jsonrpc":"2.0","id":"a\u0022","method":"ping"}]""";
        await using ProtocolLines lines = new(Text($"{batch}\n{Ping}\n"), output) { Grace = default };
        Assert.Equal(Ping + "\n", await ReadAsync(lines));
        using JsonDocument answer = JsonDocument.Parse(Assert.Single(Lines(output)));
        Assert.Equal(["7", "\"a\\u0022\""], answer.RootElement.EnumerateArray().Select(static error => error.GetProperty("id").GetRawText()));
        Assert.All(answer.RootElement.EnumerateArray(), static error =>
        {
            Assert.Equal(-32600, error.GetProperty("error").GetProperty("code").GetInt32());
            Assert.Contains("batches are not taken", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Nesting_ThatIsTooDeepForTheTransport_IsAnsweredWithItsId()
    {
        MemoryStream output = new();
        string deep = $$$"""{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":{{{new string('[', 500)}}}{{{new string(']', 500)}}}}}""";
        await using ProtocolLines lines = new(Text($"{deep}\n"), output) { Grace = default };
        Assert.Equal("", await ReadAsync(lines));
        Assert.Contains("\"id\":7,\"error\":{\"code\":-32600", Assert.Single(Lines(output)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CarriageReturnWithinAMessage_IsABlank()
    {
        await using ProtocolLines lines = new(Text("{\"jsonrpc\":\"2.0\",\r\"id\":2,\"method\":\"ping\"}\r\n"), new MemoryStream()) { Grace = default };
        Assert.Equal("{\"jsonrpc\":\"2.0\", \"id\":2,\"method\":\"ping\"}\r\n", await ReadAsync(lines));
    }

    [Theory]
    [InlineData("\n\r\n \t\n" + Ping + "\r\n")]
    [InlineData(Ping)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-1,\"message\":\"m\"}}\n")]
    public async Task WhatIsAMessage_IsPassedOnAsItIs(string text)
    {
        MemoryStream output = new();
        await using ProtocolLines lines = new(Text(text), output) { Grace = default };
        Assert.Equal(text.EndsWith('\n') ? text : text + "\n", await ReadAsync(lines));
        Assert.Empty(Lines(output));
    }

    [Fact]
    public async Task ALongLine_InManyParts_IsPassedOnAsItIs()
    {
        string text = $$$"""{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"{{{new string('x', 300_000)}}}"}}""" + "\n";
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0));
        await using ProtocolLines lines = new(pipe.Reader.AsStream(), new MemoryStream()) { Grace = default };
        foreach (char[] part in text.Chunk(7001))
        {
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(part), Token);
        }

        await pipe.Writer.CompleteAsync();
        Assert.Equal(text, await ReadAsync(lines));
    }

    [Fact]
    public async Task Answers_AndWhatTheTransportWrites_AreWholeLinesEach()
    {
        Pipe up = new();
        MemoryStream output = new();
        await using ProtocolLines lines = new(up.Reader.AsStream(), output) { Grace = default };
        await using StreamServerTransport transport = new(lines, lines);

        // A line that is half written when another is answered.
        await lines.WriteAsync("{\"jsonrpc\":\"2.0\","u8.ToArray(), Token);
        await up.Writer.WriteAsync(Encoding.UTF8.GetBytes($"no JSON\n{Ping}\n"), Token);
        JsonRpcMessage passed = await transport.MessageReader.ReadAsync(Token);
        Assert.Equal("ping", Assert.IsType<JsonRpcRequest>(passed).Method);
        Assert.Contains("-32700", Assert.Single(Lines(output)), StringComparison.Ordinal);
        await lines.WriteAsync("\"method\":\"x\"}\n"u8.ToArray(), Token);
        await lines.FlushAsync(Token);
        await transport.SendMessageAsync(new JsonRpcNotification { Method = "y" }, Token);
        string[] all = Lines(output);
        Assert.Equal(3, all.Length);
        Assert.All(all, static line => JsonDocument.Parse(line).Dispose());
    }

    [Theory]
    [InlineData(Ping)]
    [InlineData(Ping + "\n{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"a\"}}")]
    [InlineData(Ping + "\n{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\n")]
    public async Task EndOfTheInput_ComesWhenAllIsAnswered(string text)
    {
        MemoryStream output = new();
        await using ProtocolLines lines = new(Text(text), output) { Grace = TimeSpan.FromDays(1) };
        using StreamReader reader = new(lines, leaveOpen: true);
        for (int i = 0; i < text.TrimEnd('\n').Split('\n').Length; i++)
        {
            Assert.NotNull(await reader.ReadLineAsync(Token));
        }

        Task<string?> end = reader.ReadLineAsync(Token).AsTask();
        foreach (string other in (string[])["{\"method\":\"x\",\"id\":1}", "{\"result\":{\"id\":1},\"id\":7}", "{\"result\":{},\"id\":9}"])
        {
            await SendAsync(lines, other);
            Assert.False(end.IsCompleted);
        }

        await SendAsync(lines, "{\"result\":{\"id\":5},\"id\":1,\"jsonrpc\":\"2.0\"}");
        Assert.Null(await end);
    }

    private static async Task SendAsync(ProtocolLines lines, string line)
    {
        await lines.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Token);
        await lines.FlushAsync(Token);
    }

    [Fact]
    public async Task Reading_ThatIsCancelled_EndsAlthoughTheInputHangs()
    {
        await using ProtocolLines lines = new(new HangingStream(), new MemoryStream()) { Grace = default };
        using CancellationTokenSource stop = new();
        Task<int> reading = lines.ReadAsync(new byte[10], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReadAsync(ProtocolLines lines)
    {
        using StreamReader reader = new(lines, leaveOpen: true);
        return await reader.ReadToEndAsync(Token);
    }

    private static string[] Lines(MemoryStream output)
    {
        string text = Encoding.UTF8.GetString(output.ToArray());
        Assert.True(text.Length == 0 || text.EndsWith('\n'), text);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class HangingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(new TaskCompletionSource<int>().Task);
    }
}
