using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Storages as a node sees them.</summary>
public sealed class StorageTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Node Node => cluster.Pve.Nodes[cluster.Node];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_ForBackups_HoldsUsableStoragesWithUsage(bool sync)
    {
        StorageFilter filter = new() { Content = [StorageContent.Backup], OnlyEnabled = true, IncludeFormats = true };
        IReadOnlyList<StorageStatus> list = sync ? Node.Storages.List(filter, Token) : await Node.Storages.ListAsync(filter, Token);
        Assert.NotEmpty(list);
        Assert.All(list, static storage =>
        {
            Assert.Contains(StorageContent.Backup, storage.Content);
            Assert.True(storage.IsEnabled);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_OfAnActiveStorage_TellsItsBytes(bool sync)
    {
        Storage storage = Node.Storages["local"];
        StorageStatus status = sync ? storage.GetStatus(Token) : await storage.GetStatusAsync(Token);
        Assert.True(status.IsActive);
        Assert.Equal(storage.Id, status.Id);
        Assert.InRange(status.UsedFraction!.Value, 0, 1);
        Assert.True(status.Used + status.Available <= status.Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_MissingStorage_IsNotFound(bool sync)
    {
        Storage storage = cluster.Pve.Storages["no-such"].On(Node);
        await Assert.ThrowsAnyAsync<ProxmoxNotFoundException>(async () => _ = sync ? storage.GetStatus(Token) : await storage.GetStatusAsync(Token));
    }

    [Fact]
    public void Filter_AllSet_IsSent()
    {
        using WirePve wire = new("""{"data":[{"storage":"local","type":"dir","content":"iso","total":10,"used":4,"avail":6,"active":1,"enabled":1,"shared":0,"formats":{"default":"raw","supported":["raw","qcow2"]}}]}""");
        StorageFilter filter = new() { Content = [StorageContent.Iso, StorageContent.Images], SharedWith = NodeName.Parse("pve2"), OnlyEnabled = true, IncludeFormats = true };
        StorageStatus status = Assert.Single(wire.Pve.Nodes["pve1"].Storages.List(filter, Token));
        Assert.Equal("GET /api2/json/nodes/pve1/storage?content=iso%2Cimages&enabled=1&format=1&target=pve2", wire.LastRequest);
        Assert.Equal(0.4, status.UsedFraction);
        Assert.Equal((ImageFormat.Raw, 2), (status.DefaultFormat, status.Formats.Count));
    }

    [Fact]
    public async Task GetIdentity_StorageThatTells_IsItsIdentity()
    {
        using WirePve wire = new("""{"data":{"id":"pbs:1234","type":"pbs"}}""");
        Assert.Equal("pbs:1234", (await wire.Local.GetIdentityAsync(Token)).Id);
        Assert.Equal("pbs:1234", wire.Local.GetIdentity(Token).Id);
        Assert.Equal("GET /api2/json/nodes/pve1/storage/local/identity", wire.LastRequest);
    }
}
