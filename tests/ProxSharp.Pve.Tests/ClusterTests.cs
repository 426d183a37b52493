using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Tests;

/// <summary>What concerns the whole cluster.</summary>
public sealed class ClusterTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetNextId_OfACluster_IsTakenByNobody(bool sync)
    {
        VmId id = sync ? cluster.Pve.Cluster.GetNextId(Token) : await cluster.Pve.Cluster.GetNextIdAsync(Token);
        Assert.DoesNotContain(await cluster.Pve.Guests.ListAsync(Token), guest => guest.Id == id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetNextId_AnswerWithoutANumber_IsAnError(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("null"));
        await Assert.ThrowsAsync<ProxmoxProtocolException>(async () => _ = sync ? stub.Pve.Cluster.GetNextId(Token) : await stub.Pve.Cluster.GetNextIdAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetVersion_OfTheServer_IsThatOfItsSchema(bool sync)
    {
        VersionResult version = sync ? cluster.Pve.GetVersion(Token) : await cluster.Pve.GetVersionAsync(Token);
        Assert.Matches(@"^\d+\.\d+", version.Version);
    }
}
