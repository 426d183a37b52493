using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Proxmox VE reads the bytes of a path one by one: an object whose name has letters beyond ASCII is another one there, and nothing is sent.</summary>
public sealed class UnicodeNameTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("access user delete jörg@pve --yes", "pveum user delete 'jörg@pve'")]
    [InlineData("access user delete jörg@pve --dry-run", "pveum user delete 'jörg@pve'")]
    [InlineData("access user set jörg@pve --comment x", "pveum user modify 'jörg@pve'")]
    [InlineData("access user show jörg@pve", "GET /access/users lists it")]
    [InlineData("access user token delete jörg@pve ci --yes", "pveum user token remove 'jörg@pve' 'ci'")]
    [InlineData("api delete /access/users/jörg@pve --yes", "pveum user delete 'jörg@pve'")]
    [InlineData("api delete /access/users/j%C3%B6rg@pve --yes", "pveum user delete 'jörg@pve'")]
    public async Task Call_NameBeyondAscii_IsRefusedBeforeItIsSent(string line, string instead)
    {
        using CliHarness cli = await cluster.RootAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("userid: 'jörg@pve' has letters beyond ASCII", error, StringComparison.Ordinal);
        Assert.Contains(instead, error, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Path.Contains("j%C3%B6rg", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Apply_PruneOfNameBeyondAscii_SaysThatItStays_AndDoesTheRest()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        (await cli.LineAsync("access user create jörg@pve")).Succeeded();
        (await cli.LineAsync("access user create plain@pve")).Succeeded();
        cli.Write("users.yaml", "prox: 1\nusers: []\n");

        CliRun diff = await cli.LineAsync("diff -f users.yaml --prune");
        diff.FailedWithCode(1);
        Assert.Contains("blocked users jörg@pve: delete: 'jörg@pve' has letters beyond ASCII", diff.Output, StringComparison.Ordinal);
        Assert.Contains("users jörg@pve stays as it is", (await cli.LineAsync("apply -f users.yaml --prune --dry-run")).Errors, StringComparison.Ordinal);
        CliRun applied = await cli.LineAsync("apply -f users.yaml --prune --yes");

        applied.FailedWithCode(1);
        Assert.DoesNotContain("jörg", applied.Output, StringComparison.Ordinal);
        Assert.Contains("pveum user delete 'jörg@pve'", applied.Errors, StringComparison.Ordinal);
        string users = (await cli.LineAsync("access user list -o name")).Succeeded();
        Assert.Contains("jörg@pve", users, StringComparison.Ordinal);
        Assert.DoesNotContain("plain@pve", users, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volume_NameBeyondAscii_IsAFile_AndAsked() =>
        Assert.DoesNotContain(
            "beyond ASCII", (await (await cluster.RootAsync()).LineAsync("storage content show local:iso/j\u00f6.iso --node pve1")).Errors, StringComparison.Ordinal);
}
