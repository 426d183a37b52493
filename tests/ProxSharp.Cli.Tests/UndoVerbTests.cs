using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Ways back on the command line, where others have been there since.</summary>
public sealed class UndoVerbTests
{
    [Fact]
    public async Task Undo_OfAValueThatSomebodyHasSetSince_EndsWith6_AndNamesKeyAndBothValues()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await PlanVerbTests.GuardedAsync(cluster);
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 4096");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 8192");

        string error = (await cli.LineAsync($"undo {number} --apply")).FailedWith(6);
        Assert.Contains("memory of /nodes/pve1/qemu/106/config was '4096' and is '8192'", error, StringComparison.Ordinal);
        Assert.Contains("--even-changed", error, StringComparison.Ordinal);
        Assert.Contains("8192", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);

        Assert.Contains("Overwrites what others have set since: memory", (await cli.LineAsync($"undo {number} --even-changed")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"undo {number} --even-changed --apply")).Succeeded();
        Assert.Contains("2048", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);
    }
}
