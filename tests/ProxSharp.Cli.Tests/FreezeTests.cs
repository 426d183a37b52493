using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Which contexts a freeze holds for.</summary>
public sealed class FreezeTests
{
    [Fact]
    public async Task Freeze_ServerWithAnotherContext_NamesTheOneThatGoesOn()
    {
        using CliHarness cli = await UserAsync();

        CliRun first = await cli.LineAsync("freeze -c lab");
        Assert.Contains("lab", first.Succeeded(), StringComparison.Ordinal);
        Assert.Equal("Plans of same go on, which leads to the same server; --all stops them too.\n", first.Errors);

        // Nothing is left to say once the other is frozen too; another server is another matter.
        Assert.Equal("", (await cli.LineAsync("freeze -c same")).Errors);
        Assert.Equal("", (await cli.LineAsync("freeze -c other")).Errors);
    }

    [Fact]
    public async Task Freeze_All_FreezesEachContext()
    {
        using CliHarness cli = await UserAsync();

        string output = (await cli.LineAsync("freeze --all --reason 'the agent goes astray' -o csv")).Succeeded();

        Assert.Equal("context,frozen,reason\nlab,true,the agent goes astray\nsame,true,the agent goes astray\nother,true,the agent goes astray\n", output);
        foreach (string name in new[] { "lab", "same", "other" })
        {
            Assert.True(File.Exists(Path.Combine(cli.StateOf(name), "freeze")));
        }
    }

    [Fact]
    public async Task Freeze_AllWithASwitchThatCannotBeTurned_FreezesTheOthersAndFails()
    {
        using CliHarness cli = await UserAsync();
        Directory.CreateDirectory(cli.StateOf("lab"));
        await File.WriteAllTextAsync(Path.Combine(cli.StateOf("lab"), "freeze"), "damaged", TestContext.Current.CancellationToken);

        CliRun run = await cli.LineAsync("freeze --all --for 1h -o name");

        Assert.Equal(7, run.ExitCode);
        Assert.Contains("is damaged", run.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(cli.StateOf("other"), "freeze")));
        Assert.True(File.Exists(Path.Combine(cli.StateOf("same"), "freeze")));
    }

    [Fact]
    public async Task Freeze_AllWithoutAContext_IsAMistake()
    {
        using CliHarness cli = new();

        Assert.Contains("There is no context to freeze", (await cli.LineAsync("freeze --all")).FailedWith(2), StringComparison.Ordinal);
    }

    private static async Task<CliHarness> UserAsync()
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        foreach ((string name, string host) in new[] { ("lab", "pve1"), ("same", "https://pve1:8006"), ("other", "pve9") })
        {
            (await cli.RunAsync("context", "add", name, host, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET")).Succeeded();
        }

        return cli;
    }
}
