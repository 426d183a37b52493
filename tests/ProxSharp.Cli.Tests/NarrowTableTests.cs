using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What tables show in terminals of some widths: bars where there is room, and the most telling columns first.</summary>
public sealed class NarrowTableTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("storage list", 120, @"storage +node +status +disk +maxdisk +usage +plugintype", @" GiB  \[#*\.*\] +\d+ %")]
    [InlineData("storage list", 80, @"storage +node +status +disk +maxdisk +usage +plugintype", @" GiB  \[#*\.*\] +\d+ %")]
    [InlineData("storage list", 60, @"storage +node +status +disk +maxdisk +usage\b", @" GiB  (\[[#.]{5}\])? +\d+ %")]
    [InlineData("node list", 120, @"mem +maxmem +memory +uptime", @"\[[#.]{10}\] +\d+ %")]
    [InlineData("node list", 80, @"mem +maxmem +memory +uptime", @"\[[#.]{10}\] +\d+ %")]
    [InlineData("guest list -o wide", 60, @"maxmem +memory\b", @"\[[#.]{10}\] +\d+ %")]
    public async Task List_AtATerminal_HasBars(string line, int width, string header, string bar)
    {
        using CliHarness cli = await cluster.UserAsync(width);
        cli.With("NO_COLOR", "1");

        string[] lines = (await cli.LineAsync(line)).Succeeded().Split('\n');

        Assert.Matches(header, lines[0]);
        Assert.Contains(lines, shown => System.Text.RegularExpressions.Regex.IsMatch(shown, bar));
        Assert.DoesNotContain("\u001b", string.Concat(lines), StringComparison.Ordinal);
        Assert.True(line.Contains("wide", StringComparison.Ordinal) || lines.All(shown => shown.Length <= width), string.Join('\n', lines));
    }

    [Theory]
    [InlineData("storage list", 40)]
    [InlineData("node list", 40)]
    [InlineData("storage list", null)]
    [InlineData("storage list --fields storage,disk,maxdisk", 120)]
    [InlineData("storage list -o csv", 120)]
    [InlineData("guest list", 120)]
    public async Task List_WhereNoBarsBelong_HasNone(string line, int? width)
    {
        using CliHarness cli = await cluster.UserAsync(width);

        Assert.DoesNotContain("[", (await cli.With("NO_COLOR", "1").LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, @"^type +id +status +node +starttime\b(?!.*endtime)")]
    [InlineData(40, @"^type +id +status\b")]
    [InlineData(200, @"^type +id +status +node +starttime +user +endtime +upid")]
    public async Task TaskList_OfAnyWidth_TellsWhatAndHow(int width, string header)
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync(width);
            cli.With("NO_COLOR", "1");
            (await cli.LineAsync("vm start staging")).Succeeded();
            own.Simulator.Faults.FailTask(new Simulator.Faults.TaskFault { Type = "qmstop", Text = "a reason that is much too long for a narrow terminal" });
            (await cli.LineAsync("vm stop staging")).FailedWithCode(9);

            string[] lines = (await cli.LineAsync("task list")).Succeeded().Split('\n');

            Assert.Matches(header, lines[0]);
            Assert.Contains(lines, static line => line.StartsWith("qmstart", StringComparison.Ordinal) && line.Contains(" 106 ", StringComparison.Ordinal));
            Assert.All(lines, line => Assert.True(line.Length <= width, line));
        }
    }

    [Theory]
    [InlineData("cluster status", @"^name +type +online +ip\b")]
    [InlineData("vm firewall rule list 106", @"^pos +type +action\b")]
    [InlineData("context list", @"^current +name +guard +endpoints\b")]
    public async Task List_InANarrowTerminal_BeginsWithWhatTells(string line, string header)
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync(60);
            cli.With("NO_COLOR", "1");
            (await cli.LineAsync("vm firewall rule create 106 --type in --action ACCEPT --dport 22 --proto tcp --comment ssh")).Succeeded();
            (await cli.LineAsync("context add other https://pve.example --token-id a@pam!b --secret env:LAB_SECRET --read-only")).Succeeded();

            string[] lines = (await cli.LineAsync(line)).Succeeded().Split('\n');

            Assert.Matches(header, lines[0]);
            Assert.All(lines, static shown => Assert.True(shown.Length <= 60, shown));
        }
    }

    [Fact]
    public async Task Wide_NarrowTerminal_ShowsAllColumnsInFull()
    {
        using CliHarness narrow = await cluster.UserAsync(40);
        using CliHarness pipe = await cluster.UserAsync();

        string shown = (await narrow.With("NO_COLOR", "1").LineAsync("node list -o wide")).Succeeded();
        string all = (await pipe.LineAsync("node list -o wide")).Succeeded();

        Assert.DoesNotContain("more field", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("…", shown, StringComparison.Ordinal);
        Assert.All(all.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), name => Assert.Contains(name, shown.Split('\n')[0], StringComparison.Ordinal));
    }
}
