using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Ways back on the command line, where others have been there since.</summary>
public sealed class UndoVerbTests
{
    private const string Everything = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Fact]
    public async Task Undo_OfAValueThatSomebodyHasSetSince_EndsWith6_AndNamesKeyAndBothValues()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await PlanVerbTests.GuardedAsync(cluster);
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 4096");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 8192");

        string error = (await cli.LineAsync($"undo {number} --apply")).FailedWith(6);
        Assert.Contains("memory of /nodes/pve1/qemu/106/config was “4096” and is “8192”", error, StringComparison.Ordinal);
        Assert.Contains($"prox undo {number} --even-changed", error, StringComparison.Ordinal);
        Assert.Contains("8192", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);

        Assert.Contains("Overwrites what others have set since: memory", (await cli.LineAsync($"undo {number} --even-changed")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"undo {number} --even-changed --apply")).FailedWith(8);
        Assert.Contains("8192", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set staging --memory 4096")]
    [InlineData("vm set staging --memory 4096 --tags extra --description new")]
    [InlineData("vm start staging")]
    [InlineData("pool create fresh")]
    [InlineData("vm snapshot create staging before")]
    public async Task Undo_OfTheSameEntryAgain_SaysThatItWasTakenBack(string command)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", Everything);
        await PlanVerbTests.AppliedAsync(cli, command);
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        (await cli.LineAsync($"undo {number} --apply")).Succeeded();
        int plans = (await cli.LineAsync("plan list -o name")).Succeeded().Split('\n').Length;

        Assert.Contains("was taken back already", (await cli.LineAsync($"undo {number}")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("\"state\": \"unneeded\"", (await cli.LineAsync($"undo {number} --apply -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(plans, (await cli.LineAsync("plan list -o name")).Succeeded().Split('\n').Length);
    }

    [Fact]
    public async Task Undo_OfWhatWasTakenBackAndSetAgain_IsPlanned()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 4096");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        (await cli.LineAsync($"undo {number} --apply")).Succeeded();
        (await cli.LineAsync("vm set staging --memory 4096")).Succeeded();

        Assert.Contains("memory=2048", (await cli.LineAsync($"undo {number}")).Succeeded(), StringComparison.Ordinal);
    }
}
