using ProvisionVm;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Tests.Guests;

namespace ProxSharp.Pve.Tests.Samples;

/// <summary>The sample that makes a web server.</summary>
public sealed class ProvisionVmTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private const string Key = "ssh-ed25519 AAAAC3Nza+/B== me@host";

    [Fact]
    [Trait("Acceptance", "14")]
    public async Task Provision_OfAWebServer_MakesWhatTheSampleSays()
    {
        Assert.SkipWhen(cluster.IsLive, "Needs the simulator's template.");
        ProvisionedServer server = await WebServer.ProvisionAsync(cluster.Pve, "web1", Key, TestGuests.Fast, TestContext.Current.CancellationToken);
        Vm vm = server.Vm;
        VmConfig config = await vm.Config.GetAsync();
        Assert.Equal(("web1", 4, 8192), (config.Name, config.Cores, config.Memory));
        Assert.Equal([Key], config.SshKeys);
        Assert.Equal("dhcp", config.IpConfig[0].Ip);
        Assert.Equal(DiskSize.FromGibibytes(40), config.Disks.Single(static disk => disk.Key == "scsi0").Size);
        Assert.True((await vm.GetStatusAsync()).IsRunning);
        Assert.Contains(await vm.Agent.ListNetworkInterfacesAsync(), card => card.Addresses.Any(address => address.Address.Equals(server.Address)));
        Assert.False(config.IsTemplate);
    }
}
