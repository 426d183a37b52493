using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Values of the wrong kind, and habits from the servers' own tools.</summary>
public sealed class ValueErrorTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm create x1 --node pve1 --protection 1", "--protection for yes and --protection=false for no")]
    [InlineData("vm create x1 --node pve1 --protection=0", "--protection for yes and --protection=false for no")]
    [InlineData("vm set web-1 --protection 1", "--protection for yes and --protection=false for no")]
    [InlineData("vm set web-1 --protection 0 --yes", "--protection for yes and --protection=false for no")]
    [InlineData("access user token create demo@pve t2 --privsep 1", "--privsep for yes and --privsep=false for no")]
    public async Task Switch_WithANumber_SaysHowItIsWritten(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("undo x", "'x' is no whole number")]
    [InlineData("vm start web-1 --parallel many", "'many' is no whole number")]
    [InlineData("vm set web-1 --protection=maybe", "'maybe' is neither true nor false")]
    public async Task Value_OfTheWrongKind_IsExplainedInPlainWords(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm create --help")]
    [InlineData("vm restore --help")]
    [InlineData("ct create --help")]
    [InlineData("ct restore --help")]
    [InlineData("vm clone --help")]
    public async Task Help_NumberThatIsChosen_IsNotRequired(string line)
    {
        using CliHarness cli = new();

        string help = (await cli.LineAsync(line)).Succeeded();

        string row = Assert.Single(help.Split('\n'), IsNumber);
        Assert.DoesNotContain("required", row, StringComparison.Ordinal);
    }

    private static bool IsNumber(string row) =>
        row.StartsWith("  --vmid <", StringComparison.Ordinal) || row.StartsWith("  --newid <", StringComparison.Ordinal);
}
