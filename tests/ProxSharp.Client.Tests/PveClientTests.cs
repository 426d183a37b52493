using ProxSharp.Api;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;

namespace ProxSharp.Client.Tests;

/// <summary>The Proxmox VE client against a cluster.</summary>
public sealed class PveClientTests(PveUnderTest server) : ClientTests(server), IClassFixture<PveUnderTest>
{
    private protected override IReadOnlyDictionary<string, string> KnownIds { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["node"] = server.Pve.Api.Nodes.List().Data[0].Node,
    };

    [Fact]
    public async Task Resources_TypedList_HoldsTheNodes()
    {
        IReadOnlyList<ClusterResourcesItem> resources = (await server.Pve.Api.Cluster.ListResourcesAsync()).Data;
        IReadOnlyList<NodesItem> nodes = (await server.Pve.Api.Nodes.ListAsync()).Data;
        Assert.NotEmpty(nodes);
        Assert.Empty(nodes.Select(static node => node.Node).Except(resources.Select(static resource => resource.Node)));
        Assert.Equal(resources.Count, server.Pve.Api.Cluster.ListResources().Data.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MissingGuest_Config_IsNotFound(bool sync)
    {
        string node = KnownIds["node"];
        ProxmoxNotFoundException missing = sync
            ? Assert.Throws<ProxmoxNotFoundException>(() => server.Pve.Api.Nodes.Qemu.Config.Get(node, 999_999_998))
            : await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => server.Pve.Api.Nodes.Qemu.Config.GetAsync(node, 999_999_998));
        Assert.Contains("999999998", missing.Message, StringComparison.Ordinal);
    }

    private protected override ProxmoxClient Create(ProxmoxClientOptions options) => new PveClient(options);
}
