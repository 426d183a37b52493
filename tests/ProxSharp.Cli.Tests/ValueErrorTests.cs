using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Values of the wrong kind, and habits from the servers' own tools.</summary>
public sealed class ValueErrorTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm create x1 --node pve1 --protection 1", "protection=true|protection=1")]
    [InlineData("vm create x1 --node pve1 --protection=0", "protection=false|protection=0")]
    [InlineData("vm set staging --onboot 1", "onboot=1")]
    [InlineData("vm set --onboot yes staging", "onboot=1")]
    [InlineData("plan create vm set staging --onboot 1", "onboot")]
    [InlineData("vm set staging --onboot Yes", "onboot=1")]
    [InlineData("ceph osd scrub --deep 0 --node pve1", "/ceph/osd/0/scrub")]
    [InlineData("access user token create demo@pve t2 --privsep 0", "privsep=0")]
    public async Task Switch_WithATruthValueBehindIt_TakesIt(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string output = (await cli.LineAsync(line.StartsWith("plan", StringComparison.Ordinal) ? line : $"{line} --dry-run -o json")).Succeeded();

        Assert.True(
            expected.Split('|').Any(one => output.Contains(one, StringComparison.Ordinal)
                || output.Contains(one.Replace("=", "\": \"", StringComparison.Ordinal) + '"', StringComparison.Ordinal)
                || output.Contains(one.Replace("=", "\": ", StringComparison.Ordinal), StringComparison.Ordinal)), output);
    }

    [Theory]
    [InlineData("vm set web-1 --protection 2", "2")]
    [InlineData("ceph osd delete --cleanup 1", "A confirmation is needed to delete ceph osd")]
    public async Task Switch_WithAnotherWordBehindIt_LeavesItAlone(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
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
