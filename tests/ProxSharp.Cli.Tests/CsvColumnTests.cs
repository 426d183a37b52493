using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Columns of <c>-o csv</c> stand where they stand: programs must not have to care what the rows have today.</summary>
public sealed class CsvColumnTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm list web-1", "vm list 9000", "vmid,name,node,status,")]
    [InlineData("storage content list local --node pve1", "storage content list local --node pve1 --content backup", "approximate-size,ctime,")]
    [InlineData("vm firewall rule list web-1", "vm firewall rule list web-2", "pos,type,action,enable,")]
    public async Task Columns_OfOtherRows_AreTheSame(string line, string other, string beginning)
    {
        using CliHarness cli = await cluster.UserAsync();

        string header = await HeaderAsync(cli, line);

        Assert.StartsWith(beginning, header, StringComparison.Ordinal);
        Assert.Equal(header, await HeaderAsync(cli, other));
        Assert.Equal(header.Replace(',', '\t'), await HeaderAsync(cli, other, "tsv"));
    }

    [Fact]
    public async Task Columns_OfTypesOfResources_AreTheirOwn()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.DoesNotContain("storage", (await HeaderAsync(cli, "vm list")).Split(','));
        Assert.Contains("tags", (await HeaderAsync(cli, "ct list")).Split(','));
        Assert.DoesNotContain("vmid", (await HeaderAsync(cli, "node list")).Split(','));
        Assert.DoesNotContain("uptime", (await HeaderAsync(cli, "storage list")).Split(','));
    }

    [Fact]
    public async Task Columns_OfWhatIsAsked_AreWhatIsAsked()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("tags,vmid", await HeaderAsync(cli, "vm list --fields tags,vmid"));
        Assert.Equal("a", await HeaderAsync(cli, "vm list --query [].{a:vmid}"));
    }

    private static async Task<string> HeaderAsync(CliHarness cli, string line, string format = "csv") =>
        (await cli.LineAsync($"{line} -o {format}")).Succeeded().Split('\n')[0];
}
