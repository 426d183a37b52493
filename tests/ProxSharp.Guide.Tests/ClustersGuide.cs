using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ProxSharp.Configuration;
using ProxSharp.Extensions.DependencyInjection;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Fleets;
using ProxSharp.Pve.Inventory;

namespace ProxSharp.Guide.Tests;

public sealed class ClustersGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Inventory_WithADeadNode_NamesWhatIsMissing()
    {
        PveClient pve = cluster.Pve;
        cluster.Simulator.Faults.KillNode("pve3");

        #region inventory
        ClusterInventory inventory = await pve.Inventory.ReadAsync(new InventoryOptions { Details = InventoryDetails.Status });
        Console.WriteLine($"{inventory.Guests.Count} guests on {inventory.Nodes.Count} nodes");
        foreach (MissingPart missing in inventory.Missing)
        {
            Console.WriteLine(missing);
        }
        #endregion

        cluster.Simulator.Faults.ReviveNode("pve3");
        Assert.False(inventory.IsComplete);
    }

    [Fact]
    public async Task Configuration_OfThePage_IsValid()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        string authority = path + ".pem";
        await File.WriteAllTextAsync(authority, cluster.Simulator.CertificatePem);
        string json = GuidePage.Named("clusters").Blocks("json").Single();
        await File.WriteAllTextAsync(path, json.Replace("/etc/proxsharp/pve-root-ca.pem", authority, StringComparison.Ordinal));

        #region configuration
        ProxmoxConfig config = ProxmoxConfig.Load(path);
        await using ProxmoxFleet fleet = ProxmoxFleet.Create(config);
        PveClient production = fleet["production"];
        #endregion

        File.Delete(path);
        File.Delete(authority);
        Assert.Equal(["lab", "production"], fleet.Names.Order(StringComparer.Ordinal));
        Assert.Equal(2, production.Options.Endpoints.Count);
    }

    [Fact]
    public async Task Fleet_OfClusters_IsSearchedSideBySide()
    {
        PveClient production = cluster.Pve;

        #region fleet
        await using ProxmoxFleet fleet = new([new("production", production)], ownsClients: false);
        FleetSearch search = await fleet.FindGuestsAsync("@tag-db status=running");
        foreach (FleetGuest found in search.Guests)
        {
            Console.WriteLine(found);
        }

        FleetResult<BulkReport> nightly = await fleet.RunAsync("@tag-db", BulkAction.Snapshot("nightly"));
        #endregion

        Assert.Equal(2, search.Guests.Count);
        Assert.True(nightly.IsSuccess);
    }

    [Fact]
    public void Container_OfServices_HasAClient()
    {
        ServiceCollection services = new();
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Proxmox:Endpoints:0"] = "pve1",
                ["Proxmox:TokenId"] = "ci@pve!auto",
                ["Proxmox:Secret"] = "env:PVE_SECRET",
            })
            .Build();

        #region services
        services.AddProxmoxVe(configuration.GetSection("Proxmox")).ValidateOnStart().AddHealthCheck();
        services.AddProxmoxVe("lab", settings =>
        {
            settings.Endpoints.Add("lab1");
            settings.TokenId = "root@pam!ci";
            settings.Secret = "file:/run/secrets/lab";
        });
        services.AddProxmoxBackup("archive", configuration.GetSection("Archive"));
        #endregion

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("pve1:8006", provider.GetRequiredService<PveClient>().Options.Endpoints[0].Authority);
        Assert.Equal("lab1:8006", provider.GetRequiredKeyedService<PveClient>("lab").Options.Endpoints[0].Authority);
    }
}
