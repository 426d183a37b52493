using Microsoft.Extensions.Time.Testing;
using ProxSharp.Api;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Time-outs and cancellation, with a real socket that stays silent.</summary>
public sealed class TimeLimitTests
{
    private static readonly ApiOperation s_read = new(ApiMethod.Get, "/version");
    private static readonly ApiOperation s_start = new(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/status/start");

    private static ApiParameters Guest => new() { { "node", "pve1" }, { "vmid", 100 } };

    [Fact]
    public async Task Silence_UntilTheTimeIsOver_IsATimeoutWithUnknownOutcome()
    {
        foreach (bool sync in new[] { true, false })
        {
            FakeTimeProvider clock = new();
            await using StubServer server = StubServer.Start(StubReply.Silence);
            using TestConnection connection = Real(server, clock);
            Task call = Task.Run(() => connection.SendAsync(sync, s_start, Guest, new ApiCallOptions { Timeout = TimeSpan.FromSeconds(7) }), TestContext.Current.CancellationToken);
            await ArrivedAsync(server);
            clock.Advance(TimeSpan.FromSeconds(7));
            ProxmoxConnectionException thrown = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => call);
            Assert.IsType<TimeoutException>(thrown.InnerException);
            Assert.True(thrown.OutcomeUnknown);
            Assert.Contains("no answer within 7 s", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Silence_InTheMiddleOfTheBody_IsATimeout()
    {
        foreach (bool sync in new[] { true, false })
        {
            FakeTimeProvider clock = new();
            await using StubServer server = StubServer.Start(StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":"));
            using TestConnection connection = Real(server, clock);
            Task call = Task.Run(() => connection.SendAsync(sync, s_read), TestContext.Current.CancellationToken);
            await ArrivedAsync(server);
            clock.Advance(TimeSpan.FromSeconds(60));
            ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => call);
            Assert.IsType<TimeoutException>(thrown.InnerException);
            Assert.False(thrown.OutcomeUnknown);
        }
    }

    [Fact]
    [Trait("Acceptance", "20")]
    public async Task Cancel_WhileWaitingOrReading_ThrowsOperationCanceled()
    {
        StubReply[] replies = [StubReply.Silence, StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 6000000\r\n\r\n{\"data\":[{\"id\":\"qemu/100\"},")];
        foreach (StubReply reply in replies)
        {
            foreach (bool sync in new[] { true, false })
            {
                using CancellationTokenSource cancel = new();
                await using StubServer server = StubServer.Start(reply);
                using TestConnection connection = Real(server, TimeProvider.System);
                Task call = Task.Run(() => connection.SendAsync(sync, s_read, cancellationToken: cancel.Token), TestContext.Current.CancellationToken);
                await ArrivedAsync(server);
                await cancel.CancelAsync();
                OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
                Assert.Equal(cancel.Token, thrown.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Cancelled_BeforeTheCall_SendsNothing()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":1}"""));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.SendAsync(true, s_read, cancellationToken: new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.SendAsync(false, s_read, cancellationToken: new CancellationToken(true)));
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    public async Task Connect_ToAPortNobodyListensOn_IsClear()
    {
        int port;
        await using (StubServer gone = StubServer.Start())
        {
            port = gone.Port;
        }

        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(static _ => StubHandler.Json("{}"), change: options => options with { Handler = null, Endpoints = [ProxmoxEndpoint.Parse($"127.0.0.1:{port}", ProxmoxProduct.VirtualEnvironment)] });
            ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(sync, s_start, Guest));
            Assert.False(thrown.OutcomeUnknown);
            Assert.StartsWith($"Unable to POST /nodes/pve1/qemu/100/status/start on 127.0.0.1:{port}: no connection (", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("Check address and port", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public async Task Connect_CertificateIsNotThePinnedOne_IsClear()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start();
            using TestConnection connection = Real(server, TimeProvider.System, string.Join(':', Enumerable.Repeat("AB", 32)));
            ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(sync, s_read));
            Assert.True(thrown.IsCertificateProblem);
            Assert.Empty(server.Requests);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public async Task Timeout_ThatIsNone_IsMisuse(int seconds)
    {
        using TestConnection connection = new(static _ => StubHandler.Json("{}"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => connection.SendAsync(false, s_read, options: new ApiCallOptions { Timeout = TimeSpan.FromSeconds(seconds) }));
    }

    private static async Task ArrivedAsync(StubServer server)
    {
        while (server.Requests.Count == 0)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static TestConnection Real(StubServer server, TimeProvider clock, string? pin = null) => new(
        static _ => throw new InvalidOperationException("The stub handler is not in use."),
        change: options => options with
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment)],
            Handler = null,
            Trust = ServerTrust.Pin(pin ?? server.Fingerprint),
            TimeProvider = clock,
        });
}
