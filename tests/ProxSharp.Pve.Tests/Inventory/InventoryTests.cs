using ProxSharp.Pve.Api;
using ProxSharp.Pve.Inventory;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Pve.Tests.Inventory;

/// <summary>A whole cluster in one view, also when parts of it are away.</summary>
[Trait("Acceptance", "15")]
public sealed class InventoryTests : IAsyncLifetime
{
    private readonly PveCluster _cluster = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(_cluster.IsLive, "Knows the guests of its simulator.");
        return _cluster.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_HealthyCluster_IsComplete(bool sync)
    {
        ClusterInventory inventory = await ReadAsync(sync, new InventoryOptions { Details = InventoryDetails.All });

        Assert.True(inventory.IsComplete);
        Assert.Equal(("demo", true), (inventory.Name, inventory.IsQuorate));
        Assert.Equal(["pve1", "pve2", "pve3"], inventory.Nodes.Select(static node => node.Name.Value));
        Assert.All(inventory.Nodes, static node => Assert.True(node is { IsOnline: true, Status: not null, Storages.Count: 3, MemoryTotal: 64L << 30 }));
        Assert.Equal("192.0.2.11", inventory.Nodes[0].Address);
        Assert.True(inventory.Nodes[0].IsLocal);
        Assert.Equal((12, 9), (inventory.Guests.Count, inventory.Storages.Count));
        Assert.Equal([100, 101, 102, 103], Assert.Single(inventory.Pools).Guests.Select(static guest => guest.Id.Value));
        Assert.Equal([100, 101, 106], inventory.Tags["web"].Select(static guest => guest.Id.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_DeadNode_ListsTheRestAndNamesWhatIsMissing(bool sync)
    {
        _cluster.Simulator.Faults.KillNode("pve3");

        ClusterInventory inventory = await ReadAsync(sync, new InventoryOptions { Details = InventoryDetails.All });

        Assert.False(inventory.IsComplete);
        Assert.Empty(inventory.Failures);
        Assert.Equal(12, inventory.Guests.Count);
        Assert.Equal([("pve1", true), ("pve2", true), ("pve3", false)], inventory.Nodes.Select(static node => (node.Name.Value, node.Status is not null)));
        Assert.Equal(["103", "105", "202"], inventory.Missing.Where(static part => part.Part == InventoryPart.Guest).Select(static part => part.Id));
        Assert.Equal(["ceph", "local", "local-lvm"], inventory.Missing.Where(static part => part.Part == InventoryPart.Storage).Select(static part => part.Id));
        Assert.Contains("node pve3: it is offline", inventory.Missing.Select(static part => part.ToString()));
        Assert.Contains("guest 103 on pve3: its node pve3 is offline", inventory.Missing.Select(static part => part.ToString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_NodeThatDoesNotAnswerForItself_IsAPartialFailure(bool sync)
    {
        _cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/nodes/pve2/status", StringComparison.Ordinal), Fault.Status(500, "no luck"), times: 10);

        ClusterInventory inventory = await ReadAsync(sync, new InventoryOptions { Details = InventoryDetails.All });

        PartialFailure failure = Assert.Single(inventory.Failures);
        Assert.Equal(("pve2", "status"), (failure.Source, failure.Action));
        Assert.IsType<ProxmoxApiException>(failure.Exception);
        Assert.Equal("node pve2: it is online but did not tell its status", Assert.Single(inventory.Missing).ToString());
        Assert.Equal([true, false, true], inventory.Nodes.Select(static node => node.Status is not null));
        Assert.All(inventory.Nodes, static node => Assert.NotNull(node.Storages));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ClusterStateRefused_IsNamedAndTheRestIsThere(bool sync)
    {
        _cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/cluster/status", StringComparison.Ordinal), Fault.Status(403, "Permission check failed (/, Sys.Audit)"), times: 10);

        ClusterInventory inventory = await ReadAsync(sync, null);

        Assert.Equal(InventoryPart.ClusterStatus, Assert.Single(inventory.Missing).Part);
        Assert.IsType<ProxmoxPermissionException>(Assert.Single(inventory.Failures).Exception);
        Assert.Null(inventory.IsQuorate);
        Assert.Equal((3, 12), (inventory.Nodes.Count, inventory.Guests.Count));
        Assert.All(inventory.Nodes, static node => Assert.True(node.IsOnline));
    }

    private Task<ClusterInventory> ReadAsync(bool sync, InventoryOptions? options) => sync
        ? Task.FromResult(_cluster.Pve.Inventory.Read(options, TestContext.Current.CancellationToken))
        : _cluster.Pve.Inventory.ReadAsync(options, TestContext.Current.CancellationToken);
}
