using ProxSharp.Authentication;
using ProxSharp.Configuration;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Fleets;
using ProxSharp.Pve.Inventory;
using ProxSharp.Pve.Tests.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Pve.Tests.Fleets;

/// <summary>Several clusters, one of which may be in trouble.</summary>
public sealed class FleetTests : IAsyncLifetime
{
    private static readonly BulkOptions s_fast = new() { Wait = TestGuests.Fast };

    private PveSimulator _north = null!;
    private PveSimulator _south = null!;
    private ProxmoxFleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        PveSimulatorOptions options = new() { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) };
        _north = await PveSimulator.StartAsync(options);
        _south = await PveSimulator.StartAsync(options with { Scenario = static cluster => South(cluster) });
        string json = $$"""
            {
              "clusters": {
                "north": { "endpoints": ["{{_north.Endpoint}}"], "tokenId": "{{DefaultCluster.TokenId}}", "secret": "env:NORTH", "fingerprints": ["{{_north.Fingerprint}}"] },
                "south": { "endpoints": ["{{_south.Endpoint}}"], "tokenId": "{{DefaultCluster.TokenId}}", "secret": "env:SOUTH", "fingerprints": ["{{_south.Fingerprint}}"] }
              }
            }
            """;
        _fleet = ProxmoxFleet.Create(ProxmoxConfig.Parse(json, new Dictionary<string, string>()), static (_, options) => options with
        {
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Retry = ProxmoxRetryOptions.None,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _north.DisposeAsync();
        await _south.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadInventory_ClusterInTrouble_DoesNotTouchTheOthers(bool sync)
    {
        Break(_south);

        FleetResult<ClusterInventory> result = sync ? _fleet.ReadInventory() : await _fleet.ReadInventoryAsync();

        Assert.False(result.IsSuccess);
        Assert.Equal(12, result["north"].Value!.Guests.Count);
        Assert.Equal("south", Assert.Single(result.Failures).Cluster);
        Assert.IsAssignableFrom<ProxmoxException>(result["SOUTH"].Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FindGuests_InAllClusters_KnowsWhereTheyAre(bool sync)
    {
        FleetSearch found = sync ? _fleet.FindGuests("web-* 500 @tag-none") : await _fleet.FindGuestsAsync("web-* 500 @tag-none");

        Assert.Equal(["north: VM 100 (web-1) on pve1", "north: VM 101 (web-2) on pve2", "south: VM 500 (web-9) on s1"], found.Guests.Select(static guest => guest.ToString()));
        Assert.Equal(["@tag-none"], found.Unmatched);
        Assert.True(found.IsComplete);
        Assert.Equal("web-9", ((await found.Guests[2].Guest.GetStatusAsync()) as ProxSharp.Pve.Guests.VmStatus)?.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FindGuests_ClusterInTrouble_IsNamed(bool sync)
    {
        Break(_north);
        FleetSearch found = sync ? _fleet.FindGuests("@all") : await _fleet.FindGuestsAsync("@all");
        Assert.Equal(["500"], found.Guests.Select(static guest => guest.Summary.Id.ToString()));
        Assert.Equal(["north"], found.Failures.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_BulkWork_GoesOnInEachCluster(bool sync)
    {
        FleetResult<BulkReport> result = sync ? _fleet.Run("web-*", BulkAction.Stop(), s_fast) : await _fleet.RunAsync("web-*", BulkAction.Stop(), s_fast);

        Assert.Equal((2, 1), (result["north"].Value!.Count(BulkOutcome.Succeeded), result["south"].Value!.Count(BulkOutcome.Succeeded)));
        FleetResult<BulkReport> again = sync ? _fleet.Run("web-*", BulkAction.Stop(), s_fast, ["south"]) : await _fleet.RunAsync("web-*", BulkAction.Stop(), s_fast, ["south"]);
        Assert.Equal(1, Assert.Single(again.Items).Value!.Count(BulkOutcome.Skipped));
    }

    [Fact]
    public void Clusters_OfAFleet_AreFoundByName()
    {
        Assert.Equal(["north", "south"], _fleet.Names);
        Assert.Same(_fleet["north"], _fleet["NORTH"]);
        Assert.Contains("there are north, south", Assert.Throws<KeyNotFoundException>(() => _fleet["west"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ProxmoxFleet([]));
        Assert.Throws<ArgumentException>(() => new ProxmoxFleet([new("a", _fleet["north"]), new("A", _fleet["south"])]));
    }

    private static void Break(PveSimulator simulator) => simulator.Faults.When(static _ => true, Fault.DropBeforeExecution, times: 100);

    private static void South(ClusterBuilder cluster) => cluster
        .AddNode("s1")
        .AddStorage("local", "dir")
        .AddVm("s1", 500, "web-9", static vm => vm.IsRunning = true)
        .AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword)
        .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
        .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
        .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
}
