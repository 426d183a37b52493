using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Http;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Tls;

/// <summary>Trust and logins as a client's user meets them: through the whole chain, over real TLS.</summary>
public sealed class ClientTrustTests
{
    private static readonly ApiOperation s_version = new(ApiMethod.Get, "/version");

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "16")]
    public async Task Call_ByDefault_RefusesAnUnknownCertificateBeforeAnythingIsSent(bool synchronous)
    {
        await using StubServer server = Start();
        using ProxmoxConnection connection = Connect(server, static options => options with { Credentials = ProxmoxCredentials.Password("root@pam", "hidden") });
        ProxmoxConnectionException exception = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => CallAsync(connection, synchronous));
        Assert.True(exception.IsCertificateProblem);
        Assert.False(exception.OutcomeUnknown);
        Assert.Contains(server.Fingerprint, exception.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "4")]
    public async Task Calls_WithPasswordAndPin_LogInOnceOnOneConnection(bool synchronous)
    {
        await using StubServer server = Start();
        using ProxmoxConnection connection = Connect(server, options => options with
        {
            Credentials = ProxmoxCredentials.Password("root@pam", "p&ss;w=rd+%"),
            Trust = ServerTrust.Pin(server.Fingerprint),
        });
        await CallAsync(connection, synchronous);
        await CallAsync(connection, synchronous);
        Assert.Equal(["POST /api2/json/access/ticket HTTP/1.1", "GET /api2/json/version HTTP/1.1", "GET /api2/json/version HTTP/1.1"], server.Requests.Select(static request => request.RequestLine));
        Assert.Equal("username=root%40pam&password=p%26ss%3Bw%3Drd%2B%25", server.Requests[0].BodyText);
        Assert.Equal("application/x-www-form-urlencoded", server.Requests[0].Header("Content-Type"));
        Assert.Null(server.Requests[0].Header("Expect"));
        Assert.Equal("PVEAuthCookie=PVE%3Aroot%40pam%3A6B0358A5%3A%3Asig", server.Requests[1].Header("Cookie"));
        Assert.Equal(1, server.Handshakes);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "16")]
    public async Task Call_WhilePersonThinksLongerThanTheConnectTimeout_StillSucceeds(bool synchronous)
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Start();
        using ProxmoxConnection connection = Connect(server, options => options with
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
            Trust = ServerTrust.FirstUse(new FingerprintStore(folder.File("trusted")), static _ =>
            {
                // As long as it takes, a person is not a network.
                using ManualResetEventSlim never = new();
                never.Wait(TimeSpan.FromMilliseconds(900));
                return true;
            }),
        });
        Assert.Equal("9.2", (await CallAsync(connection, synchronous)).GetProperty("version").GetString());
    }

    private static StubServer Start() => StubServer.Start(static request => request.Method == "POST"
        ? StubReply.Protected("""{"data":{"ticket":"PVE:root@pam:6B0358A5::sig","CSRFPreventionToken":"6B0358A5:x","username":"root@pam"}}""")
        : StubReply.Json("""{"data":{"version":"9.2"}}"""));

    private static ProxmoxConnection Connect(StubServer server, Func<ProxmoxClientOptions, ProxmoxClientOptions> change)
        => new(change(new ProxmoxClientOptions { Endpoints = [ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment)] }), ProxmoxProduct.VirtualEnvironment, RepositoryFiles.Pve);

    private static async Task<JsonElement> CallAsync(ProxmoxConnection connection, bool synchronous)
        => synchronous
            ? connection.Send(s_version, [], ApiReaders.Element).Data
            : (await connection.SendAsync(s_version, [], ApiReaders.Element)).Data;
}
