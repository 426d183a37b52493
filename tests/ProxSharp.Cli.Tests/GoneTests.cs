using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is not there, and what is there already, has codes of its own: a script tells it from what failed.</summary>
public sealed class GoneTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("acme plugin set cloudflare --validation-delay 60")]
    [InlineData("sdn route-map entry set rm1 1 --action permit")]
    [InlineData("cluster qemu cpu-model set custom-x86 --flags +aes")]
    [InlineData("vm snapshot delete staging nosuch --yes")]
    [InlineData("vm snapshot rollback staging nosuch --yes")]
    [InlineData("ct snapshot delete wiki nosuch --yes")]
    [InlineData("vm snapshot delete 106,105 nosuch --yes --max 2")]
    [InlineData("vm resize staging scsi7 +1G")]
    [InlineData("ct resize wiki mp3 +1G")]
    [InlineData("access user delete nobody@pve --yes")]
    [InlineData("access user delete nobody@pve --dry-run")]
    [InlineData("sdn vnet show nope")]
    [InlineData("sdn zone show nope")]
    [InlineData("sdn vnet firewall rule list nope")]
    public async Task WhatIsNotThere_EndsWith5(string line)
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync(line)).FailedWithCode(5);
    }

    [Fact]
    public async Task User_WhoIsNotThere_IsNamedInPlaceOfTheRead()
    {
        using CliHarness cli = await cluster.RootAsync();

        string error = (await cli.LineAsync("access user delete nobody@pve --yes")).FailedWith(5);

        Assert.StartsWith("error: There is no user 'nobody@pve'. See what there is: prox access user list", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm snapshot delete 106 nosuch --yes")]
    [InlineData("vm snapshot delete 106 nosuch --yes -o json")]
    public async Task Snapshot_ThatIsGone_SaysHowToSeeWhichThereAre(string line)
    {
        using CliHarness cli = await cluster.RootAsync();
        CliRun run = await cli.LineAsync(line);
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("prox vm snapshot list 106", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_ThatIsThereAlready_EndsWith6()
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync("vm snapshot create windows twice")).Succeeded();
        (await cli.LineAsync("vm snapshot create windows twice")).FailedWithCode(6);
    }

    [Theory]
    [InlineData("node show PVE1", "write pve1")]
    [InlineData("vm create new2 --node PVE1", "write pve1")]
    [InlineData("node show pve9", "pve1, pve2, pve3")]
    public async Task Node_ThatIsNone_EndsWith5AndNamesThoseThatThereAre(string line, string hint)
    {
        using CliHarness cli = await cluster.RootAsync();
        CliRun run = await cli.LineAsync(line);
        Assert.Equal(5, run.ExitCode);
        Assert.Contains(hint, run.Errors, StringComparison.Ordinal);

        // What was refused was not made.
        Assert.DoesNotContain("Virtual machine", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("csv")]
    [InlineData("name")]
    public async Task Events_InAFormThatIsAList_AreRefused(string form)
    {
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains("-o jsonl", (await cli.LineAsync($"events -o {form} --count 1")).FailedWith(2), StringComparison.Ordinal);
    }
}
