using ProxSharp.Peers;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Peers;

/// <summary>Under which address a learnt node is reached, and which certificate it may show.</summary>
[Trait("Acceptance", "15")]
public sealed class PeerPlanTests
{
    private static readonly string s_pin = string.Join(':', Enumerable.Repeat("AB", 32));
    private static readonly string s_other = string.Join(':', Enumerable.Repeat("CD", 32));

    [Theory]
    [InlineData("https://pve1.example.com:8006", "pve2.example.com:8006")]
    [InlineData("https://PVE1.lan:443", "pve2.lan:443")]
    [InlineData("https://pve1:8006", "pve2:8006")]
    [InlineData("https://cluster.example.com:8006", "pve2:8006")]
    [InlineData("https://192.0.2.1:8006", "192.0.2.2:8006")]
    [InlineData("https://[2001:db8::1]:8006", "192.0.2.2:8006")]
    public void Make_TrustByAuthority_KeepsTheUsersWayOfNaming(string teller, string expected)
    {
        PeerRoute route = Make(ServerTrust.System, teller, Peer())!;
        Assert.Equal(expected, route.Endpoint.Authority);
        Assert.Same(ServerTrust.System, route.Trust);
    }

    [Fact]
    public void Make_TrustByPin_PinsTheNodesOwnCertificate()
    {
        PeerRoute route = Make(ServerTrust.Pin(s_pin), "https://pve1:8006", Peer())!;
        Assert.Equal("192.0.2.2:8006", route.Endpoint.Authority);
        Assert.Equal(CertificateFingerprint.Parse(s_other, null), route.Trust.EndpointPins[route.Endpoint.Authority]);
    }

    [Fact]
    public void Make_PinOfTheTellingServerAlone_CountsAsPin()
    {
        ServerTrust trust = ServerTrust.System.WithPin(ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment), s_pin);
        Assert.Contains("192.0.2.2:8006", Make(trust, "https://pve1:8006", Peer())!.Trust.EndpointPins.Keys);
        Assert.Equal("pve2:8006", Make(trust, "https://pve3:8006", Peer())!.Endpoint.Authority);
    }

    [Fact]
    public void Make_NothingToTrust_GivesNoRoute()
    {
        Assert.Null(Make(ServerTrust.Pin(s_pin), "https://pve1:8006", Peer() with { Fingerprint = null }));
        Assert.Null(Make(ServerTrust.Insecure, "http://pve1:8006", Peer()));
        Assert.Null(Make(ServerTrust.System, "https://192.0.2.1:8006", Peer() with { Address = null }));
        Assert.Null(Make(ServerTrust.Pin(s_pin), "https://pve1:8006", Peer() with { Address = "not an address/at all" }));
    }

    [Fact]
    public void Make_Ipv6Address_HasBrackets() =>
        Assert.Equal("[2001:db8::2]:8006", Make(ServerTrust.Pin(s_pin), "https://pve1:8006", Peer() with { Address = "2001:db8::2" })!.Endpoint.Authority);

    private static ClusterPeer Peer() => new("pve2", "192.0.2.2", CertificateFingerprint.Parse(s_other, null), IsLocal: false);

    private static PeerRoute? Make(ServerTrust trust, string teller, ClusterPeer peer) => PeerPlan.Make(trust, ProxmoxEndpoint.Parse(teller, ProxmoxProduct.VirtualEnvironment), "pve1", peer);
}
