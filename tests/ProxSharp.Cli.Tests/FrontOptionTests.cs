using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Options in front of the command, between its words and behind it.</summary>
public sealed class FrontOptionTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("-c other vm list web-1 -o name")]
    [InlineData("--context other -o name vm list web-1")]
    [InlineData("-o name --context=other vm list web-1")]
    [InlineData("-o name vm -c other list web-1")]
    [InlineData("vm list web-1 -o name -c other")]
    public async Task Context_WhereverItStands_IsUsed(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        await cluster.UseAsync(cli, "other");
        (await cli.LineAsync("context add broken https://127.0.0.1:9 --token-id a@pam!b --secret env:NOWHERE --use")).Succeeded();

        Assert.Equal("100\n", (await cli.LineAsync(line)).Succeeded());
    }

    [Theory]
    [InlineData("-c nosuch vm list", "There is no context 'nosuch'")]
    [InlineData("-c lab", "'-c'")]
    [InlineData("-c lab version", "'-c'")]
    [InlineData("--yes vm list", "")]
    public async Task Front_WhatCannotBe_IsUsageError(string line, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(message, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list -c lab", "vm list -c lab")]
    [InlineData("-c lab vm list", "vm -c lab list")]
    [InlineData("--no-header -c lab --sort name vm list", "--no-header --sort name vm -c lab list")]
    [InlineData("--context=lab top", "top --context=lab")]
    [InlineData("-c lab plan create vm stop web-1", "plan create -c lab vm stop web-1")]
    [InlineData("-c lab plan list", "plan -c lab list")]
    [InlineData("-- -c lab", "-- -c lab")]
    [InlineData("-c", "-c")]
    [InlineData("", "")]
    public void Settle_Words_PutsTheContextBehindTheCommand(string words, string expected) =>
        Assert.Equal(ShellWords.Split(expected), FrontOptions.Settle([.. ShellWords.Split(words)]));
}
