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
        Assert.Equal("", (await cli.LineAsync("freeze -c lab --for 1h")).Errors);
    }

    [Fact]
    public async Task Freeze_AllWhereNoPolicyIs_SaysThatDirectCommandsGoOn_AndTheyDo()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync(100);

        CliRun freeze = await cli.LineAsync("freeze --all --reason astray");

        freeze.Succeeded();
        Assert.Contains("lab has no policy", freeze.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.LineAsync("vm set staging --memory 3072")).ExitCode);
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible"]}]}""");
        Assert.Equal("", (await cli.LineAsync("freeze --all --reason astray")).Errors);
        (await cli.LineAsync("vm set staging --memory 2048")).FailedWithCode(8);
    }

    [Fact]
    public async Task Freeze_All_HoldsForContextsThatAreAddedLater()
    {
        using CliHarness cli = await UserAsync();
        (await cli.LineAsync("freeze --all --for 2h --reason 'the agent goes astray'")).Succeeded();
        await AddAsync(cli, "late", "pve5");

        Assert.Contains("the agent goes astray", (await cli.LineAsync("freeze -c late --for 1m")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("unfreeze --all", (await cli.LineAsync("unfreeze -c other -o json")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_All_StopsPlansUntilAPersonLiftsIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync(100);
        string id = (await cli.LineAsync("plan create vm start staging -o name")).Succeeded().Trim();
        (await cli.LineAsync("freeze --all --reason astray")).Succeeded();

        Assert.Contains("astray", (await cli.LineAsync($"plan apply {id}")).Errors, StringComparison.Ordinal);
        cli.Input = "lab\n";
        (await cli.LineAsync("unfreeze")).FailedWithCode(7);
        Assert.Contains("'all' was not typed", (await cli.LineAsync("unfreeze --all")).Errors, StringComparison.Ordinal);
        cli.Input = "all\n";
        (await cli.LineAsync("unfreeze --all")).Succeeded();
        Assert.Equal(0, (await cli.LineAsync($"plan apply {id}")).ExitCode);
    }

    [Fact]
    public async Task Refusal_WhileFrozen_NamesTheCommandThatLiftsIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync(100);
        string id = (await cli.LineAsync("plan create vm start staging -o name")).Succeeded().Trim();

        (await cli.LineAsync("freeze")).Succeeded();
        Assert.EndsWith("prox unfreeze", (await cli.LineAsync($"plan apply {id} --no-color")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("freeze --all")).Succeeded();
        Assert.EndsWith("prox unfreeze --all", (await cli.LineAsync($"plan apply {id} --no-color")).FailedWith(7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfreeze_All_LeavesWhatIsFrozenByItself()
    {
        using CliHarness cli = await UserAsync(100);
        (await cli.LineAsync("freeze -c lab --reason own")).Succeeded();
        (await cli.LineAsync("freeze --all --for 1h")).Succeeded();
        cli.Input = "all\n";

        string output = (await cli.LineAsync("unfreeze --all -o csv")).Succeeded();

        Assert.Equal("context,frozen,reason\nlab,true,own\nsame,false,\nother,false,\n", output);
    }

    [Fact]
    public async Task Freeze_AllWithAnEarlierEnd_KeepsTheLaterOne()
    {
        using CliHarness cli = await UserAsync();
        string first = (await cli.LineAsync("freeze --all --for 2h -o csv")).Succeeded();

        CliRun second = await cli.LineAsync("freeze --all --for 1s -o csv");

        Assert.Equal(first, second.Succeeded());
        Assert.Contains("lasts longer", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_AllWithADamagedFile_RefusesAnEndAndStaysFrozen()
    {
        using CliHarness cli = await UserAsync();
        Directory.CreateDirectory(cli.StateOf("@all"));
        await File.WriteAllTextAsync(Path.Combine(cli.StateOf("@all"), "freeze"), "damaged", TestContext.Current.CancellationToken);

        string error = (await cli.LineAsync("freeze --all --for 1h -o name --no-color")).FailedWith(7);
        Assert.Contains("is damaged", error, StringComparison.Ordinal);
        Assert.EndsWith("prox unfreeze --all", error, StringComparison.Ordinal);
        (await cli.LineAsync("unfreeze -c other")).FailedWithCode(7);
    }

    [Fact]
    public async Task Freeze_AllWithoutAContext_HoldsForTheFirstOne()
    {
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);

        Assert.Contains("holds for those that are added", (await cli.LineAsync("freeze --all")).Errors, StringComparison.Ordinal);
        await AddAsync(cli, "lab", "pve1");
        (await cli.LineAsync("unfreeze -c lab")).FailedWithCode(7);
    }

    private static async Task<CliHarness> UserAsync(int? terminalWidth = null)
    {
        CliHarness cli = new CliHarness { TerminalWidth = terminalWidth }.With("LAB_SECRET", DefaultCluster.TokenSecret);
        foreach ((string name, string host) in new[] { ("lab", "pve1"), ("same", "https://pve1:8006"), ("other", "pve9") })
        {
            await AddAsync(cli, name, host);
        }

        return cli;
    }

    private static async Task AddAsync(CliHarness cli, string name, string host) =>
        (await cli.RunAsync("context", "add", name, host, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET")).Succeeded();
}
