using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Authentication;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.Peers;

/// <summary>A client that was told of one node learns the others, with the certificate of each, and goes on with them when its node dies.</summary>
[Trait("Acceptance", "15")]
public sealed class PeerFailoverTests
{
    private const int Attempts = 20;

    private static readonly IPAddress s_first = IPAddress.Loopback;
    private static readonly IPAddress s_second = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NodeDies_PinnedClient_GoesOnWithTheLearntNodeAndItsOwnPin(bool sync)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a second loopback address.");
        await using StubServer second = Start(out StubServer first, server => server.Fingerprint);
        await using PveClient pve = Client(first, learns: true);

        await VersionAsync(pve, sync);
        Assert.Equal([first.Address.Authority, second.Address.Authority], pve.Endpoints.Select(static endpoint => endpoint.Authority));
        Assert.Equal(3, first.Requests.Count);
        await VersionAsync(pve, sync);
        Assert.Equal(4, first.Requests.Count);
        await first.DisposeAsync();
        await VersionAsync(pve, sync);

        Assert.Equal(second.Address.Authority, pve.CurrentEndpoint.Authority);
        Assert.Contains(second.Requests, static request => request.Target == "/api2/json/version");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NodeDies_LearntNodeShowsAnotherCertificate_IsRefused(bool sync)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a second loopback address.");
        await using StubServer second = Start(out StubServer first, static _ => string.Join(':', Enumerable.Repeat("AB", 32)));
        await using PveClient pve = Client(first, learns: true);
        await VersionAsync(pve, sync);
        await first.DisposeAsync();

        ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => VersionAsync(pve, sync));

        Assert.True(thrown.IsCertificateProblem, thrown.Message);
        Assert.Empty(second.Requests);
    }

    [Fact]
    public async Task LearntAgain_AfterTenMinutesFromTheOtherNode_GivesNoNodeTwice()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a second loopback address.");
        FakeTimeProvider clock = new();
        await using StubServer second = Start(out StubServer first, server => server.Fingerprint);
        ProxmoxEndpoint alias = ProxmoxEndpoint.Parse(string.Create(CultureInfo.InvariantCulture, $"localhost:{first.Port}"), ProxmoxProduct.VirtualEnvironment);
        await using PveClient pve = new(Client(first, learns: true).Options with { Endpoints = [alias], TimeProvider = clock });
        await VersionAsync(pve, sync: false);
        await first.DisposeAsync();
        await VersionAsync(pve, sync: false);
        Assert.Single(second.Requests);

        clock.Advance(TimeSpan.FromMinutes(11));
        await VersionAsync(pve, sync: false);

        Assert.Equal(4, second.Requests.Count);
        Assert.Equal([alias.Authority, second.Address.Authority], pve.Endpoints.Select(static endpoint => endpoint.Authority));
    }

    [Fact]
    public async Task Default_LearnsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a second loopback address.");
        await using StubServer second = Start(out StubServer first, server => server.Fingerprint);
        await using StubServer owned = first;
        await using PveClient pve = Client(first, learns: false);
        await VersionAsync(pve, sync: false);
        Assert.Single(pve.Endpoints);
        Assert.Single(first.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_ClusterState_LeavesTheCallAlone(bool sync)
    {
        await using StubServer server = StubServer.Start(static request => request.Target.EndsWith("/version", StringComparison.Ordinal)
            ? StubReply.Json("""{"data":{"version":"9.2"}}""")
            : StubReply.Http(403, "Permission check failed (/, Sys.Audit)", ""));
        await using PveClient pve = Client(server, learns: true);
        await VersionAsync(pve, sync);
        Assert.Single(pve.Endpoints);
    }

    private static async Task VersionAsync(PveClient pve, bool sync)
    {
        _ = sync ? pve.Raw.Get("/version") : await pve.Raw.GetAsync("/version");
    }

    private static PveClient Client(StubServer server, bool learns) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(server.Address.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken("root@pam!ci", "secret"),
        Trust = ServerTrust.Pin(server.Fingerprint),
        Retry = ProxmoxRetryOptions.None,
        LearnPeers = learns,
    });

    // Nodes of a cluster listen on the same port of different addresses: a free port of both is tried for.
    private static StubServer Start(out StubServer first, Func<StubServer, string> fingerprint)
    {
        for (int attempt = 1; ; attempt++)
        {
            StubServer? second = null;
            StubServer? told = null;
            StubReply Reply(StubRequest request, string local) => Answer(request, local, told!, fingerprint(second!));
            first = told = StubServer.Start(request => Reply(request, "pve1"), new StubServerOptions { Certificate = StubCertificate.SelfSigned("pve1") });
            try
            {
                return second = StubServer.Start(
                    request => Reply(request, "pve2"),
                    new StubServerOptions { Listen = new IPEndPoint(s_second, first.Port), Certificate = StubCertificate.SelfSigned("pve2") });
            }
            catch (SocketException) when (attempt < Attempts)
            {
                // Somebody else has the port on the second address: the next one is tried.
            }
        }
    }

    private static StubReply Answer(StubRequest request, string local, StubServer first, string fingerprintOfSecond) => request.Target switch
    {
        "/api2/json/version" => StubReply.Json("""{"data":{"version":"9.2"}}"""),
        "/api2/json/cluster/status" => StubReply.Json($$"""
            {"data":[{"type":"cluster","id":"cluster","name":"demo","nodes":2,"quorate":1,"version":2},
            {"type":"node","id":"node/pve1","name":"pve1","ip":"{{s_first}}","online":1,"local":{{Flag(local == "pve1")}},"nodeid":1,"level":""},
            {"type":"node","id":"node/pve2","name":"pve2","ip":"{{s_second}}","online":1,"local":{{Flag(local == "pve2")}},"nodeid":2,"level":""}]}
            """.ReplaceLineEndings("")),
        "/api2/json/nodes" => StubReply.Json($$"""
            {"data":[{"type":"node","id":"node/pve1","node":"pve1","status":"online","ssl_fingerprint":"{{first.Fingerprint}}"},
            {"type":"node","id":"node/pve2","node":"pve2","status":"online","ssl_fingerprint":"{{fingerprintOfSecond}}"}]}
            """.ReplaceLineEndings("")),
        _ => StubReply.Http(501, "not scripted", ""),
    };

    private static string Flag(bool value) => Convert.ToInt32(value).ToString(CultureInfo.InvariantCulture);
}
