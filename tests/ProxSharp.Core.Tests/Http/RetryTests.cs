using System.Net.Sockets;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What is made again by itself, and above all what is not.</summary>
[Trait("Acceptance", "6")]
public sealed class RetryTests
{
    private static readonly ApiOperation s_read = new(ApiMethod.Get, "/version");
    private static readonly ApiOperation s_clone = new(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/clone");
    private static readonly ApiOperation s_destroy = new(ApiMethod.Delete, "/nodes/{node}/qemu/{vmid}");

    private static ApiParameters Guest => new() { { "node", "pve1" }, { "vmid", 100 } };

    private static ApiParameters Clone => new() { { "node", "pve1" }, { "vmid", 100 }, { "newid", 101 } };

    [Theory]
    [InlineData(595, "Connection refused")]
    [InlineData(596, "Broken pipe")]
    [InlineData(502, "Bad Gateway")]
    [InlineData(503, "Service Unavailable")]
    public async Task Read_PassingStatus_IsMadeAgainUpToTheLimit(int status, string reason)
    {
        foreach (bool sync in new[] { true, false })
        {
            JumpingClock clock = new();
            using TestConnection recovers = Connection(clock, call => call.Number < 3 ? StubHandler.Text(status, reason) : StubHandler.Json("""{"data":1}"""));
            Assert.Equal(1, (await recovers.SendAsync(sync, s_read, ApiReaders.Int64)).Data);
            Assert.Equal(3, recovers.Stub.Calls.Count);
            Assert.Equal(2, clock.Pauses.Count);
            using TestConnection stays = Connection(new JumpingClock(), _ => StubHandler.Text(status, reason));
            await Assert.ThrowsAsync<ProxmoxApiException>(() => stays.SendAsync(sync, s_read));
            Assert.Equal(3, stays.Stub.Calls.Count);
        }
    }

    [Theory]
    [InlineData(595, "Connection refused")]
    [InlineData(596, "Connection timed out")]
    [InlineData(596, "Broken pipe")]
    [InlineData(502, "Bad Gateway")]
    [InlineData(500, "can't lock file '/var/lock/x' - got timeout")]
    [InlineData(500, "got timeout")]
    public async Task Write_AnyAnswer_IsNeverMadeAgainByItself(int status, string reason)
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Connection(new JumpingClock(), _ => StubHandler.Text(status, reason));
            await Assert.ThrowsAnyAsync<ProxmoxException>(() => connection.SendAsync(sync, s_clone, Clone));
            await Assert.ThrowsAnyAsync<ProxmoxException>(() => connection.SendAsync(sync, s_destroy, Guest));
            Assert.Equal(2, connection.Stub.Calls.Count);
        }
    }

    [Fact]
    public async Task Write_ConnectionBrokeAfterSending_IsNotRepeatedAndSaysSo()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Connection(new JumpingClock(), static _ => throw new HttpRequestException("An error occurred while sending the request.", new IOException("Connection reset by peer")));
            ProxmoxConnectionException thrown = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => connection.SendAsync(sync, s_clone, Clone));
            Assert.True(thrown.OutcomeUnknown);
            Assert.Contains("look before you repeat it", thrown.Message, StringComparison.Ordinal);
            thrown = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => connection.SendAsync(sync, s_destroy, Guest));
            Assert.True(thrown.OutcomeUnknown);
            Assert.Equal(2, connection.Stub.Calls.Count);
        }
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task Write_NothingWasSent_IsMadeAgain(HttpRequestError error)
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Connection(
                new JumpingClock(), call => call.Number < 3 ? throw new HttpRequestException(error, "no", new SocketException(111)) : StubHandler.Json("""{"data":"UPID:x"}"""));
            Assert.Equal("UPID:x", (await connection.SendAsync(sync, s_clone, ApiReaders.String, Clone)).Data);
            Assert.Equal(3, connection.Stub.Calls.Count);
            Assert.All(connection.Stub.Calls, static call => Assert.Equal("newid=101", call.BodyText));
        }
    }

    [Fact]
    public async Task Write_ServerNeverThere_FailsWithAKnownOutcome()
    {
        using TestConnection connection = Connection(new JumpingClock(), static _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (pve1:8006)", new SocketException(111)));
        ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(true, s_clone, Clone));
        Assert.False(thrown.OutcomeUnknown);
        Assert.True(thrown.IsTransient);
        Assert.StartsWith("Unable to POST /nodes/pve1/qemu/100/clone on pve1:8006: no connection (", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(3, connection.Stub.Calls.Count);
    }

    [Theory]
    [InlineData("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout")]
    [InlineData("VM is locked (backup)")]
    public async Task Busy_OnRequest_IsMadeAgainWithGrowingPausesUpToTheCap(string text)
    {
        foreach (bool sync in new[] { true, false })
        {
            JumpingClock clock = new();
            using TestConnection connection = Connection(
                clock, call => call.Number < 7 ? StubHandler.Json($$"""{"message":"{{text}}\n"}""", 500) : StubHandler.Json("""{"data":"UPID:x"}"""), new() { MaxDelay = TimeSpan.FromSeconds(2), Delay = TimeSpan.FromMilliseconds(100) });
            await connection.SendAsync(sync, s_clone, Clone, new ApiCallOptions { RetryBusy = true });
            Assert.Equal(7, connection.Stub.Calls.Count);
            Assert.Equal(6, clock.Pauses.Count);
            Assert.All(clock.Pauses.Zip([100, 200, 400, 800, 1600, 2000]), static pair => Assert.InRange(pair.First.TotalMilliseconds, pair.Second / 2.0, pair.Second));

            using TestConnection always = Connection(new JumpingClock(), _ => StubHandler.Json($$"""{"message":"{{text}}\n"}""", 500), new() { Busy = true, MaxBusyAttempts = 4 });
            await Assert.ThrowsAsync<ProxmoxConflictException>(() => always.SendAsync(sync, s_clone, Clone));
            Assert.Equal(4, always.Stub.Calls.Count);
        }
    }

    [Fact]
    public async Task Read_WhenThePauseWouldOutlastTheCall_FailsWithWhatWentWrong()
    {
        using TestConnection connection = Connection(new JumpingClock { LongestPause = TimeSpan.Zero }, static _ => StubHandler.Text(502, "Bad Gateway"), new() { Delay = TimeSpan.FromSeconds(20), MaxDelay = TimeSpan.FromSeconds(20) });
        await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_read, options: new ApiCallOptions { Timeout = TimeSpan.FromSeconds(5) }));
        Assert.Single(connection.Stub.Calls);
    }

    [Fact]
    public async Task Read_CertificateRefused_IsNotMadeAgain()
    {
        ProxmoxConnectionException verdict = new("The certificate of pve1:8006 is not trusted.") { IsCertificateProblem = true };
        using TestConnection connection = Connection(new JumpingClock(), _ => throw new HttpRequestException(HttpRequestError.SecureConnectionError, "TLS", new IOException("x", verdict)));
        ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(false, s_read));
        Assert.True(thrown.IsCertificateProblem);
        Assert.False(thrown.IsTransient);
        Assert.Equal(verdict.Message, thrown.Message);
        Assert.Single(connection.Stub.Calls);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Read_FinalAnswer_IsNotMadeAgain(int status)
    {
        using TestConnection connection = Connection(new JumpingClock(), _ => StubHandler.Text(status, "no"));
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_read));
        Assert.Single(connection.Stub.Calls);
    }

    private static TestConnection Connection(TimeProvider clock, Func<StubCall, HttpResponseMessage> answer, ProxmoxRetryOptions? retry = null)
        => new(answer, change: options => options with { TimeProvider = clock, Retry = retry ?? new ProxmoxRetryOptions() });
}
