using System.Net.Sockets;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Going on with another endpoint of the same cluster.</summary>
[Trait("Acceptance", "15")]
public sealed class FailoverTests
{
    private static readonly ApiOperation s_read = new(ApiMethod.Get, "/version");
    private static readonly ApiOperation s_write = new(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/status/start");

    private static ApiParameters Guest => new() { { "node", "pve1" }, { "vmid", 100 } };

    [Fact]
    public async Task DeadEndpoint_ReadsAndWrites_GoToTheNextAndStayThere()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Cluster(static call => call.Host == "pve1:8006" ? throw Refused() : StubHandler.Json("""{"data":1}"""));
            await connection.SendAsync(sync, s_write, Guest);
            Assert.Equal(["pve1:8006", "pve2:8006"], connection.Stub.Calls.Select(static call => call.Host));
            Assert.Equal("pve2:8006", connection.Connection.CurrentEndpoint.Authority);
            await connection.SendAsync(sync, s_read);
            await connection.SendAsync(sync, s_write, Guest);
            Assert.Equal(["pve1:8006", "pve2:8006", "pve2:8006", "pve2:8006"], connection.Stub.Calls.Select(static call => call.Host));
        }
    }

    [Theory]
    [InlineData(502)]
    [InlineData(596)]
    [InlineData(0)]
    public async Task EndpointThatConnectsButDoesNotWork_Reads_GoToTheNext(int status)
    {
        foreach (bool sync in new[] { true, false })
        {
            JumpingClock clock = new();
            HttpResponseMessage Answer(StubCall call) => call.Host != "pve1:8006"
                ? StubHandler.Json("""{"data":1}""")
                : status == 0 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : StubHandler.Text(status, "broken");
            using TestConnection connection = new(Answer, change: options => options with
            {
                Endpoints = [.. new[] { "pve1", "pve2" }.Select(static host => ProxmoxEndpoint.Parse(host, ProxmoxProduct.VirtualEnvironment))],
                Retry = new ProxmoxRetryOptions(),
                TimeProvider = clock,
            });
            await connection.SendAsync(sync, s_read);
            await connection.SendAsync(sync, s_read);
            Assert.Equal(["pve1:8006", "pve2:8006", "pve2:8006"], connection.Stub.Calls.Select(static call => call.Host));
        }
    }

    [Fact]
    public async Task WriteWithUnknownOutcome_IsNotSentToTheNextEndpoint_ButTheNextCallIs()
    {
        using TestConnection connection = Cluster(static call => call.Host == "pve1:8006" ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : StubHandler.Json("""{"data":1}"""));
        ProxmoxConnectionException lost = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => connection.SendAsync(false, s_write, Guest));
        Assert.True(lost.OutcomeUnknown);
        await connection.SendAsync(false, s_write, Guest);
        Assert.Equal(["pve1:8006", "pve2:8006"], connection.Stub.Calls.Select(static call => call.Host));
    }

    [Fact]
    public async Task NotPassedOn_NextEndpointIsAsked()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Cluster(static call => call.Host == "pve1:8006" ? StubHandler.Text(595, "Connection refused") : StubHandler.Json("""{"data":1}"""));
            await connection.SendAsync(sync, s_write, Guest);
            Assert.Equal(["pve1:8006", "pve2:8006"], connection.Stub.Calls.Select(static call => call.Host));
        }
    }

    [Fact]
    public async Task NotPassedOnByAnyone_EachIsAskedOnceAndTheAnswerComesThrough()
    {
        using TestConnection connection = Cluster(static _ => StubHandler.Text(595, "No route to host"));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_write, Guest));
        Assert.Equal(595, (int)thrown.StatusCode);
        Assert.Equal(["pve1:8006", "pve2:8006", "pve3:8006"], connection.Stub.Calls.Select(static call => call.Host));
    }

    [Fact]
    public async Task AllDead_MessageNamesTheLastOne()
    {
        using TestConnection connection = Cluster(static _ => throw Refused());
        ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(true, s_read));
        Assert.Contains("pve3:8006", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(3, connection.Stub.Calls.Count);
    }

    [Fact]
    [Trait("Acceptance", "6")]
    public async Task BrokenAfterSending_WriteDoesNotGoToTheNext()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = Cluster(static _ => throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely."));
            ProxmoxConnectionException thrown = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => connection.SendAsync(sync, s_write, Guest));
            Assert.True(thrown.OutcomeUnknown);
            Assert.Single(connection.Stub.Calls);
        }
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public async Task RefusedCertificate_IsNotSteppedAround()
    {
        ProxmoxConnectionException verdict = new("The certificate of pve1:8006 changed.") { IsCertificateProblem = true };
        using TestConnection connection = Cluster(_ => throw new HttpRequestException(HttpRequestError.SecureConnectionError, "TLS", verdict));
        await Assert.ThrowsAsync<ProxmoxConnectionException>(() => connection.SendAsync(false, s_read));
        Assert.Single(connection.Stub.Calls);
    }

    private static HttpRequestException Refused() => new(HttpRequestError.ConnectionError, "Connection refused", new SocketException(111));

    private static TestConnection Cluster(Func<StubCall, HttpResponseMessage> answer) => new(answer, change: static options => options with
    {
        Endpoints = [.. new[] { "pve1", "pve2", "pve3" }.Select(static host => ProxmoxEndpoint.Parse(host, ProxmoxProduct.VirtualEnvironment))],
    });
}
