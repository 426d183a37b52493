using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Answers that are not what the protocol promises.</summary>
public sealed class OddReplyTests
{
    private static readonly ApiOperation s_read = new(ApiMethod.Get, "/version");
    private static readonly ApiOperation s_write = new(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/status/start");

    [Theory]
    [Trait("Acceptance", "2")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<html><body>Welcome</body></html>")]
    [InlineData("""{"data":{"a":1""")]
    [InlineData("""{"data":[{"a":1},""")]
    [InlineData("""{"data":tr""")]
    [InlineData("""{"data":1}garbage""")]
    [InlineData("""{"data":1}{"data":2}""")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"success":1}""")]
    public async Task Success_WithABrokenBody_IsAProtocolException(string body)
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(_ => StubHandler.Text(200, "OK", body));
            ProxmoxProtocolException thrown = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => connection.SendAsync(sync, s_read));
            Assert.Contains("GET /version", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("pve1:8006", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Acceptance", "2")]
    public async Task Success_TruncatedAtAnyByte_NeverIsAnotherException()
    {
        const string Whole = """{"total":2,"data":[{"id":"qemu/1","n":"a\u00e4b","x":1.5,"y":null,"z":{"k":[true,false]}},{"id":"b"}],"changes":"- x"}""";
        for (int length = 0; length < Whole.Length; length++)
        {
            string part = Whole[..length];
            using TestConnection connection = new(_ => StubHandler.Text(200, "OK", part));
            await Assert.ThrowsAsync<ProxmoxProtocolException>(() => connection.SendAsync(true, s_read));
            await Assert.ThrowsAsync<ProxmoxProtocolException>(() => connection.SendAsync(true, s_read, ApiReaders.Strings));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":""}""")]
    [InlineData("""{"data":{"storage":"x"}}""")]
    public async Task Void_WithWhateverData_Succeeds(string body)
    {
        using TestConnection connection = new(_ => StubHandler.Text(200, "OK", body));
        Assert.True((await connection.SendAsync(true, s_read, ApiReaders.Nothing)).Data);
        Assert.True((await connection.SendAsync(false, s_read, ApiReaders.Nothing)).Data);
    }

    [Theory]
    [Trait("Acceptance", "2")]
    [InlineData(595, "Connection refused")]
    [InlineData(596, "Connection timed out")]
    [InlineData(597, "x")]
    [InlineData(599, "Too many redirections")]
    public async Task PseudoStatus_WithoutABody_IsTyped(int status, string reason)
    {
        using TestConnection connection = new(_ => StubHandler.Text(status, reason));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_read));
        Assert.Equal((status, reason), ((int)thrown.StatusCode, thrown.ServerMessage));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Error_WithoutEnd_IsReadToALimitOnly(bool sync, bool packed)
    {
        int taken = 0;
        using TestConnection connection = new(_ =>
        {
            HttpResponseMessage response = StubHandler.Text(400, "Bad Request");
            response.Content = new StreamContent(packed ? Pack() : new EndlessStream());
            if (packed)
                response.Content.Headers.ContentEncoding.Add("gzip");
            taken++;
            return response;
        });
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(sync, s_read));
        Assert.Equal(400, (int)thrown.StatusCode);
        Assert.InRange(thrown.ServerMessage.Length, 0, 1 << 20);
        Assert.Equal(1, taken);

        static Stream Pack()
        {
            MemoryStream body = new();
            using (System.IO.Compression.GZipStream gzip = new(body, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            {
                byte[] part = new byte[1 << 20];
                new Random(1).NextBytes(part);
                for (int i = 0; i < 4; i++)
                    gzip.Write(part);
            }

            return new MemoryStream(body.ToArray());
        }
    }

    [Fact]
    [Trait("Acceptance", "2")]
    public async Task Gateway_WithHtml_ShowsTheReasonOnly()
    {
        using TestConnection connection = new(static _ => StubHandler.Text(502, "Bad Gateway", "<html><head><title>502</title></head></html>"));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_read));
        Assert.Equal("Bad Gateway", thrown.ServerMessage);
        Assert.DoesNotContain("<", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "2")]
    public async Task Body_ShorterThanAnnounced_IsAConnectionException()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(
                StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{\"data\":1") with { CloseAfter = true });
            using TestConnection connection = Real(server);
            ProxmoxConnectionException thrown = await LostAnswer.AssertAsync<ProxmoxConnectionException>(
                () => connection.SendAsync(sync, s_write, new() { { "node", "pve1" }, { "vmid", 100 } }));
            Assert.True(thrown.OutcomeUnknown);
            Assert.True(thrown.IsTransient);
        }
    }

    [Fact]
    [Trait("Acceptance", "2")]
    public async Task Body_WithoutALength_EndsWithTheConnection()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":\"x\"}\n") with { CloseAfter = true });
            using TestConnection connection = Real(server);
            ApiResponse<JsonElement> response = await connection.SendAsync(sync, s_read);
            Assert.Equal("x", response.Data.GetString());
        }
    }

    [Fact]
    public async Task Gzip_WithoutHavingBeenAsked_IsReadToo()
    {
        using MemoryStream packed = new();
        await using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("""{"data":"packed"}"""u8.ToArray(), TestContext.Current.CancellationToken);
        }

        byte[] head = System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n");
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw([.. head, .. packed.ToArray()]));
            using TestConnection connection = Real(server);
            Assert.Equal("packed", (await connection.SendAsync(sync, s_read)).Data.GetString());
        }
    }

    [Fact]
    public async Task Gzip_Damaged_IsAProtocolException()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at "));
            using TestConnection connection = Real(server);
            await Assert.ThrowsAsync<ProxmoxProtocolException>(() => connection.SendAsync(sync, s_read));
        }
    }

    private static TestConnection Real(StubServer server) => new(
        static _ => throw new InvalidOperationException("The stub handler is not in use."),
        change: options => options with
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment)],
            Handler = null,
            Trust = ServerTrust.Pin(server.Fingerprint),
        });
}
