using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ProxSharp.Http;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Tls;

/// <summary>Certificates are judged in real handshakes, synchronous and asynchronous ones.</summary>
[Trait("Acceptance", "16")]
public sealed class ServerTrustTests
{
    private static readonly string s_other = string.Join(':', Enumerable.Repeat("AB", 32));

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task System_SelfSigned_IsRefusedWithFingerprintAndNextStep(bool synchronous)
    {
        await using StubServer server = Server();
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.System, synchronous);
        Assert.Contains($"The certificate of {server.Address.Authority} is not trusted", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no authority that the system trusts has signed it", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(server.Fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("pin it", refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.IsTransient);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Pin_MatchingInAnyForm_IsAccepted(bool synchronous)
    {
        await using StubServer server = Server();
        string lower = server.Fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        await AcceptedAsync(server, ServerTrust.Pin(lower), synchronous);
        await AcceptedAsync(server, ServerTrust.Pin(s_other, server.Fingerprint), synchronous);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Pin_Other_IsRefusedShowingBoth(bool synchronous)
    {
        await using StubServer server = Server();
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.Pin(s_other), synchronous);
        Assert.Contains($"fingerprint is {server.Fingerprint}, expected was {s_other}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("intercepting", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void WhoIsJudgedByFingerprint_IsNotHeldAgainstTheAuthoritiesOfTheSystem()
    {
        ProxmoxEndpoint endpoint = Endpoint("pve1"), other = Endpoint("pve2");
        Assert.NotNull(Policy(endpoint, ServerTrust.Pin(s_other)));
        Assert.NotNull(Policy(endpoint, ServerTrust.Insecure));
        Assert.NotNull(Policy(endpoint, ServerTrust.System.WithPin(endpoint, s_other)));
        Assert.Null(Policy(other, ServerTrust.System.WithPin(endpoint, s_other)));
        Assert.Null(Policy(endpoint, ServerTrust.System));
    }

    [Fact]
    public async Task Pin_Other_IsRefusedThoughTheChainIsFine()
    {
        using TemporaryFolder folder = new();
        using X509Certificate2 authority = StubCertificate.Authority("Test Authority");
        using X509Certificate2 certificate = StubCertificate.SignedBy(authority, "localhost");
        await using StubServer server = Server(certificate);
        ServerTrust trusting = ServerTrust.System.WithCertificateAuthority(folder.Write("ca.pem", authority.ExportCertificatePem()));
        await AcceptedAsync(server, trusting, synchronous: false);
        await RefusedAsync(server, trusting.WithPin(Endpoint(server), s_other), synchronous: false);
        await RefusedAsync(server, ServerTrust.Pin(s_other).WithCertificateAuthority(folder.File("ca.pem")), synchronous: false);
    }

    [Fact]
    public async Task WithPin_ForOneEndpoint_LeavesOthersToTheRest()
    {
        await using StubServer server = Server();
        ProxmoxEndpoint elsewhere = ProxmoxEndpoint.Parse("pve9", ProxmoxProduct.VirtualEnvironment);
        await AcceptedAsync(server, ServerTrust.System.WithPin(Endpoint(server), server.Fingerprint), synchronous: false);
        await AcceptedAsync(server, ServerTrust.Pin(s_other).WithPin(Endpoint(server), server.Fingerprint), synchronous: false);
        await RefusedAsync(server, ServerTrust.System.WithPin(elsewhere, server.Fingerprint), synchronous: false);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WithCertificateAuthority_SignedByIt_IsAccepted(bool synchronous)
    {
        using TemporaryFolder folder = new();
        using X509Certificate2 authority = StubCertificate.Authority("Test Authority");
        using X509Certificate2 certificate = StubCertificate.SignedBy(authority, "localhost");
        await using StubServer server = Server(certificate);
        ServerTrust trust = ServerTrust.System.WithCertificateAuthority(folder.Write("ca.pem", authority.ExportCertificatePem()));
        await AcceptedAsync(server, trust, synchronous);
    }

    [Fact]
    public async Task WithCertificateAuthority_OtherAuthorityOrOtherName_IsRefused()
    {
        using TemporaryFolder folder = new();
        using X509Certificate2 authority = StubCertificate.Authority("Test Authority");
        using X509Certificate2 impostor = StubCertificate.Authority("Test Authority");
        using X509Certificate2 certificate = StubCertificate.SignedBy(impostor, "localhost");
        using X509Certificate2 elsewhere = StubCertificate.SignedBy(authority, "elsewhere.example", withAddresses: false);
        ServerTrust trust = ServerTrust.System.WithCertificateAuthority(folder.Write("ca.pem", authority.ExportCertificatePem()));
        await using StubServer forged = Server(certificate);
        await using StubServer misnamed = Server(elsewhere);
        await RefusedAsync(forged, trust, synchronous: false);
        ProxmoxConnectionException refusal = await RefusedAsync(misnamed, trust, synchronous: false);
        Assert.Contains("it is not for the name 127.0.0.1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithCertificateAuthority_NoCertificateInIt_IsRefusedAtOnce()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<ArgumentException>(() => ServerTrust.System.WithCertificateAuthority(folder.Write("empty.pem", "nothing")));
        Assert.Throws<FileNotFoundException>(() => ServerTrust.System.WithCertificateAuthority(folder.File("missing.pem")));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task FirstUse_Confirmed_IsRememberedAndNotAskedAgain(bool synchronous)
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        FingerprintStore store = new(folder.File("trusted"));
        List<CertificatePrompt> asked = [];
        ServerTrust trust = ServerTrust.FirstUse(store, prompt =>
        {
            asked.Add(prompt);
            return true;
        });
        await AcceptedAsync(server, trust, synchronous);
        await AcceptedAsync(server, trust, synchronous);
        await AcceptedAsync(server, ServerTrust.FirstUse(store, confirm: null), synchronous);
        CertificatePrompt prompt = Assert.Single(asked);
        Assert.Equal(server.Fingerprint, prompt.Fingerprint.ToString());
        Assert.Equal(server.Address.Authority, prompt.Endpoint.Authority);
        Assert.Equal("CN=localhost", prompt.Subject);
        Assert.Equal("CN=localhost", prompt.Issuer);
        Assert.True(prompt.NotBefore < prompt.NotAfter);
        Assert.Equal(server.Fingerprint, store.Find(Endpoint(server)).ToString());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task FirstUse_NobodyThere_RefusesAndRemembersNothing(bool synchronous)
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        FingerprintStore store = new(folder.File("trusted"));
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.FirstUse(store, confirm: null), synchronous);
        Assert.Contains("nobody is there to confirm it", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(server.Fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task FirstUse_Declined_RefusesAndRemembersNothing()
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        FingerprintStore store = new(folder.File("trusted"));
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.FirstUse(store, static _ => false), synchronous: false);
        Assert.Contains("it was not confirmed", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task FirstUse_OtherThanRemembered_IsRefusedWithoutAsking()
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        FingerprintStore store = new(folder.File("trusted"));
        store.Set(Endpoint(server), CertificateFingerprint.Parse(s_other));
        bool asked = false;
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.FirstUse(store, _ => asked = true), synchronous: false);
        Assert.False(asked);
        Assert.Contains("has changed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{server.Fingerprint}, expected was {s_other}, remembered in {store.Path}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstUse_DamagedStore_IsRefused()
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        FingerprintStore store = new(folder.Write("trusted", "garbage\n"));
        ProxmoxConnectionException refusal = await RefusedAsync(server, ServerTrust.FirstUse(store, static _ => true), synchronous: false);
        Assert.Contains("Line 1 of", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstUse_ManyConnectionsAtOnce_AskOnce()
    {
        using TemporaryFolder folder = new();
        await using StubServer server = Server();
        int asked = 0;
        ServerTrust trust = ServerTrust.FirstUse(new FingerprintStore(folder.File("trusted")), _ => Interlocked.Increment(ref asked) > 0);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AcceptedAsync(server, trust, synchronous: false)));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Insecure_WithAPinForOneServer_HoldsThatServerToIt()
    {
        ProxmoxEndpoint pinned = ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment);
        ProxmoxEndpoint other = ProxmoxEndpoint.Parse("pve2", ProxmoxProduct.VirtualEnvironment);
        ServerTrust trust = ServerTrust.Insecure.WithPin(pinned, new string('a', 64));
        Assert.Throws<ProxmoxConnectionException>(() => trust.Accept(pinned, StubCertificate.Shared, null, SslPolicyErrors.None));
        Assert.True(trust.Accept(other, StubCertificate.Shared, null, SslPolicyErrors.None));
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public void Pin_CertificateThatTheSystemTrusts_IsRefusedUnlessItIsThePinned()
    {
        ProxmoxEndpoint server = ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment);
        ServerTrust trust = ServerTrust.Pin(new string('a', 64));
        Assert.Throws<ProxmoxConnectionException>(() => trust.Accept(server, StubCertificate.Shared, null, SslPolicyErrors.None));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Insecure_SpeltOut_AcceptsAnything(bool synchronous)
    {
        using X509Certificate2 certificate = StubCertificate.SelfSigned("elsewhere.example");
        await using StubServer server = Server(certificate);
        await AcceptedAsync(server, ServerTrust.Insecure, synchronous);
        Assert.Contains("insecure", ServerTrust.Insecure.ToString(), StringComparison.Ordinal);
    }

    private static StubServer Server(X509Certificate2? certificate = null)
        => StubServer.Start(static _ => StubReply.Json("{}"), new StubServerOptions { Certificate = certificate });

    private static ProxmoxEndpoint Endpoint(StubServer server) => ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment);

    private static async Task AcceptedAsync(StubServer server, ServerTrust trust, bool synchronous)
    {
        using HttpClient client = Client(server, trust);
        using HttpRequestMessage request = new(HttpMethod.Get, server.Address);
        using HttpResponseMessage response = synchronous ? client.Send(request) : await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
    }

    private static async Task<ProxmoxConnectionException> RefusedAsync(StubServer server, ServerTrust trust, bool synchronous)
    {
        using HttpClient client = Client(server, trust);
        using HttpRequestMessage request = new(HttpMethod.Get, server.Address);
        HttpRequestException exception = synchronous
            ? Assert.Throws<HttpRequestException>(() => client.Send(request))
            : await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request));
        ProxmoxConnectionException? refusal = CertificateFailure.Find(exception);
        Assert.NotNull(refusal);
        Assert.True(refusal.IsCertificateProblem);
        return refusal;
    }

    private static ProxmoxEndpoint Endpoint(string host) => ProxmoxEndpoint.Parse(host, ProxmoxProduct.VirtualEnvironment);

    private static X509ChainPolicy? Policy(ProxmoxEndpoint endpoint, ServerTrust trust)
    {
        using SocketsHttpHandler handler = SocketsHandlerFactory.Create(endpoint, trust, TimeSpan.FromSeconds(1), repairConnectionHeader: false);
        return handler.SslOptions.CertificateChainPolicy;
    }

    private static HttpClient Client(StubServer server, ServerTrust trust)
        => new(SocketsHandlerFactory.Create(Endpoint(server), trust, TimeSpan.FromSeconds(10), repairConnectionHeader: true));
}
