using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A verb that sets something is not done with nothing to set; the error names what can be.</summary>
public sealed class NeededChangeTests(SimulatedCluster cluster, SimulatedBackupServer backups)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    private const string Digest = "--digest 0000000000000000000000000000000000000000";

    [Theory]
    [InlineData("pool set production", "--comment")]
    [InlineData("pool set production --dry-run", "--comment")]
    [InlineData("pool set production --allow-move", "--comment")]
    [InlineData("pool set production --delete --allow-move", "--vms")]
    [InlineData("access user set demo@pve --append", "--comment")]
    [InlineData("storage set local", "--content")]
    [InlineData("vm set-now web-1", "prox vm set-now --help")]
    [InlineData("vm set web-1", "prox vm set --help")]
    [InlineData("sdn zone set zone1", "prox sdn zone set --help")]
    [InlineData("sdn zone set zone1 " + Digest, "more. See: prox sdn zone set --help")]
    [InlineData("sdn vnet set vnet1 --lock-token x", "--alias")]
    [InlineData("ceph cluster flag set-all", "--nobackfill")]
    [InlineData("access user set demo@pve", "--comment")]
    [InlineData("cluster options set", "prox cluster options set --help")]
    public async Task Set_NothingGiven_NamesWhatCanBeSet(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("Nothing to change was given", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("--digest", error, StringComparison.Ordinal);
        Assert.DoesNotContain("--allow-move", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pbs node dns set", "--dns1")]
    [InlineData("pbs node network set eno1", "--cidr")]
    [InlineData("pbs access realm tfa webauthn set", "--origin")]
    [InlineData("tape drive-config set drive1", "--changer")]
    [InlineData("datastore set store1", "--comment")]
    public async Task Set_NothingGivenForABackupServer_NamesWhatCanBeSet(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        await backups.UseAsync(cli, "backup");

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("Nothing to change was given", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node network apply pve1 --dry-run", "PUT /nodes/pve1/network")]
    [InlineData("sdn apply --dry-run", "PUT /cluster/sdn")]
    [InlineData("pool set production --delete --vms 100 --dry-run", "PUT /pools")]
    [InlineData("pool set production --vms 100 --allow-move --dry-run", "PUT /pools")]
    [InlineData("pool set production --comment= --dry-run", "PUT /pools")]
    [InlineData("pool set production --comment x --dry-run", "PUT /pools")]
    public async Task Line_ThatMeansSomething_IsSent(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    // It reads the account again, which the user of the test may not.
    [Fact]
    public async Task Set_AccountOfAnAuthority_IsSentWithoutAnything()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("/cluster/acme/account/default", (await cli.LineAsync("acme account set default")).FailedWith(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_SomethingIsRequired_SaysWhatIs()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("timezone", (await cli.LineAsync("node time set pve1")).FailedWith(2), StringComparison.Ordinal);
    }
}
