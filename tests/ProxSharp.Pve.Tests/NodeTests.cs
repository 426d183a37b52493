using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Tests;

/// <summary>Nodes and what is generated for them.</summary>
public sealed class NodeTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetVersion_OfANode_IsTheServersVersion(bool sync)
    {
        Node node = cluster.Pve.Nodes[cluster.Node];
        NodesVersionResult version = sync ? node.GetVersion() : await node.GetVersionAsync();
        Assert.NotEmpty(version.Version);
    }
}
