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
    [InlineData("vm delete staging --yes=0", 8, "A confirmation is needed")]
    [InlineData("vm delete staging --yes=no", 8, "A confirmation is needed")]
    [InlineData("vm delete staging -y=false", 8, "A confirmation is needed")]
    [InlineData("vm start --all=false", 2, "")]
    [InlineData("vm start --all=0", 2, "")]
    [InlineData("vm start web-1 --no-wait=maybe", 2, "The option '--no-wait' is a switch, and 'maybe' is neither true nor false")]
    [InlineData("vm delete staging --yes=2", 2, "The option '--yes' is a switch, and '2' is neither true nor false")]
    [InlineData("tape job run weekly --yes", 2, "'prox tape job run' asks nothing, and has no --yes. Leave it out")]
    [InlineData("ceph osd delete 0 --yes=maybe", 2, "The option '--yes' is a switch")]
    [InlineData("api delete /pools/production --yes=maybe", 2, "The option '--yes' is a switch")]
    public async Task StandardSwitch_ThatIsOff_IsOff(string line, int exitCode, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm delete staging --yes=1 --dry-run=1", "DELETE /nodes/pve1/qemu/106")]
    [InlineData("vm start --all=1 --dry-run=yes", "POST /nodes/")]
    [InlineData("api set /nodes/pve1/qemu/106/config memory=1024 --dry-run=1", "memory=1024")]
    [InlineData("vm start staging --no-wait=false --dry-run=on", "POST /nodes/pve1/qemu/106/status/start")]
    public async Task StandardSwitch_ThatIsOn_IsOn(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set 100 -onboot 1", "'-onboot' has one dash. Options have two: --onboot")]
    [InlineData("vm set 100 -onboot=1", "Options have two: --onboot=1")]
    [InlineData("vm set 100 -ostype l26", "Options have two: --ostype")]
    [InlineData("vm set 100 -net1 virtio", "Options have two: --net1")]
    [InlineData("vm delete 106 -yes", "Options have two: --yes")]
    [InlineData("ct create 300 -ostemplate local:vztmpl/a.tar.xz", "Options have two: --ostemplate")]
    [InlineData("vm list -output json", "Options have two: --output")]
    [InlineData("qm set 100 -onboot 1", "Write: prox vm set 100 --onboot 1")]
    public async Task Option_WithOneDash_IsNamedWithTwo(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list --watch 100", "'100' behind --watch would be a pause", "prox vm list 100 --watch")]
    [InlineData("vm list -w 100 -o csv", "'100' behind -w would be a pause", "--watch=100")]
    [InlineData("vm list web-1 --watch 100", "'100' behind --watch", "--watch=100")]
    [InlineData("ct show --watch 203", "'203' behind --watch", "prox ct show 203 --watch")]
    [InlineData("guest list --watch 999999999", "'999999999' behind --watch", "prox guest list 999999999 --watch")]
    public async Task Watch_NumberOfAGuestBehindIt_IsNoPause(string line, string expected, string hint)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list --watch 99")]
    [InlineData("vm list --watch=100")]
    [InlineData("vm list 100 --watch")]
    [InlineData("vm show web-1 --watch=100")]
    [InlineData("node list --watch 100")]
    public async Task Watch_Pause_IsTaken(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();

        Assert.Equal(0, await cli.RunUntilClosedAsync(console, line));
    }

    [Theory]
    [InlineData("vm list -ojson", "\"web-1\"")]
    [InlineData("vm list -o json -- @all,-web-1", "\"web-2\"")]
    [InlineData("vm set staging --description=-onboot --dry-run", "-onboot")]
    public async Task Word_ThatBeginsWithADash_IsLeftAlone(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set web-1 --protection 2", "2")]
    [InlineData("ceph osd delete --cleanup 1 --node pve1", "A confirmation is needed to delete ceph osd")]
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
