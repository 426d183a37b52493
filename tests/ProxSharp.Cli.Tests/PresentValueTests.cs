using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What the change of one object requires besides what is given, and the server knows, is sent along as it is.</summary>
public sealed class PresentValueTests
{
    [Fact]
    public async Task Set_TemplateOfABackupJob_KeepsItsStorage()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync("backup-job create --id job1 --schedule daily --storage local --vmid 100")).Succeeded();

        (await cli.LineAsync("backup-job set job1 --notes-template '{{guestname}}'")).Succeeded();

        Assert.Equal("{{guestname}}\n", (await cli.LineAsync("backup-job show job1 --query '\"notes-template\"' -o name")).Succeeded());
        Assert.Equal("local\n", (await cli.LineAsync("backup-job show job1 --query storage -o name")).Succeeded());
    }

    [Fact]
    public async Task Set_PortOfAMetricsServer_KeepsItsAddress()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync("metrics server create inf --type influxdb --server 192.0.2.9 --port 8089")).Succeeded();

        (await cli.LineAsync("metrics server set inf --port 8087")).Succeeded();
        string dry = (await cli.LineAsync("metrics server set inf --mtu 1400 --dry-run")).Succeeded();

        Assert.Contains("server=192.0.2.9", dry, StringComparison.Ordinal);
        Assert.Contains("port=8087", dry, StringComparison.Ordinal);
        Assert.Contains("Nothing to change was given", (await cli.LineAsync("metrics server set inf")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("nosuch", (await cli.LineAsync("metrics server set nosuch --port 8087")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_EverythingGiven_ReadsNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync("metrics server create inf --type influxdb --server 192.0.2.9 --port 8089")).Succeeded();

        string dry = (await cli.LineAsync("metrics server set inf --port 8087 --server 192.0.2.10 --dry-run")).Succeeded();

        Assert.DoesNotContain("digest", dry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_CommentOfAnAlias_KeepsItsAddress()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync("firewall alias create office --cidr 192.0.2.0/24")).Succeeded();

        (await cli.LineAsync("firewall alias set office --comment here")).Succeeded();

        Assert.Equal("192.0.2.0/24\n", (await cli.LineAsync("firewall alias show office --query cidr -o name")).Succeeded());
    }
}
