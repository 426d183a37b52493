using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A pool with what is in it, and what else lists say.</summary>
public sealed class PoolShowTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Show_Pool_WritesCommentAndMembers()
    {
        using CliHarness cli = await cluster.UserAsync();

        string table = (await cli.LineAsync("pool show production")).Succeeded();
        using JsonDocument json = JsonDocument.Parse((await cli.LineAsync("pool show production -o json")).Succeeded());

        Assert.StartsWith("Pool production", table, StringComparison.Ordinal);
        Assert.Contains("web-1", table, StringComparison.Ordinal);
        Assert.Equal("production", json.RootElement.GetProperty("data").GetProperty("poolid").GetString());
        Assert.Contains(
            json.RootElement.GetProperty("data").GetProperty("members").EnumerateArray(), static member => member.GetProperty("id").GetString() == "qemu/100");
    }

    [Fact]
    public async Task Show_EmptyPoolAndNone_SaySo()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("pool create hollow --comment 'nothing yet'")).Succeeded();

        Assert.Equal("Pool hollow: nothing yet\nNothing is in it.\n", (await cli.LineAsync("pool show hollow")).Succeeded());
        Assert.Contains("There is no pool 'nothing'", (await cli.LineAsync("pool show nothing")).FailedWith(5), StringComparison.Ordinal);
        Assert.Contains("hollow", (await cli.LineAsync("pool list")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm start web-1 --dry-run", "VM 100 (web-1): it runs already, so nothing would be done.")]
    [InlineData("vm stop staging,web-1 --dry-run", "VM 106 (staging): it is stopped already, so nothing would be done.")]
    public async Task DryRun_GuestInTheWantedState_SaysWhyNothingIsSent(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_OfTheGuard_ShowTimesAsOtherListsDo()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("plan create vm set staging --memory 3072")).Succeeded();
        (await cli.LineAsync($"plan apply {(await cli.LineAsync("plan list -o name")).Succeeded().Trim()}")).Succeeded();

        Assert.Matches(@" \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ ", (await cli.LineAsync("plan list")).Succeeded());
        Assert.Matches(@" \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ ", (await cli.LineAsync("audit list")).Succeeded());
        Assert.Matches(@"""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", (await cli.LineAsync("plan list -o json")).Succeeded());
    }

    [Fact]
    public async Task List_Empty_SaysSoAtATerminalOnly()
    {
        using CliHarness person = await cluster.UserAsync(80);
        using CliHarness program = await cluster.UserAsync();

        Assert.Contains("Nothing to show.", (await person.LineAsync("replication list")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", (await program.LineAsync("replication list")).Succeeded());
    }

    [Theory]
    [InlineData("replication create 100-0 --target pve2", "type=local")]
    [InlineData("sdn dns create dns1 --url http://192.0.2.1 --key env:LAB_SECRET", "type=powerdns")]
    public async Task Create_TypeThatHasOneValue_NeedNotBeTyped(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync($"{line} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_GuestOfEitherKind_IsShown()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("100\n200\n", (await cli.LineAsync("guest show web-1,dns -o name")).Succeeded());
    }

    [Theory]
    [InlineData("node show pve1 --fields memory,current-kernel", @"^memory +[0-9.]+ GiB of 64 GiB\ncurrent-kernel +sysname: Linux, release: ")]
    [InlineData("access permissions --path /pool", @"^/pool +Datastore.Allocate, Datastore.AllocateSpace, ")]
    [InlineData("node show pve1 --fields cpuinfo", @"cpus: 16, ")]
    public async Task Show_NodeWithMembersInMembers_IsReadable(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Matches(expected, (await cli.LineAsync(line)).Succeeded());
        Assert.Contains("{", (await cli.LineAsync($"{line} -o json")).Succeeded(), StringComparison.Ordinal);
    }
}
