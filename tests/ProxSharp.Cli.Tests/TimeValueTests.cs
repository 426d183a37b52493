using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Tests;

/// <summary>Times as people write them, where calls take seconds since 1970.</summary>
public sealed class TimeValueTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("1767232800", "1767232800")]
    [InlineData("2026-01-01T02:00:00Z", "1767232800")]
    [InlineData("2026-01-01T03:00:00+01:00", "1767232800")]
    [InlineData("2026-01-01 02:00", "1767232800")]
    [InlineData("2026-01-01", "1767225600")]
    [InlineData("0", "0")]
    [InlineData("-5", "-5")]
    [InlineData("yesterday", "yesterday")]
    [InlineData("", "")]
    public void Settle_MakesSecondsOfTimesAlone(string typed, string sent) => Assert.Equal(sent, TimeValues.Settle(typed));

    [Theory]
    [InlineData("datastore snapshot delete store1 --backup-type vm --backup-id 100 --backup-time 2026-01-01T02:00:00Z --dry-run", "backup-time=1767232800")]
    [InlineData("datastore notes set store1 --backup-type vm --backup-id 100 --backup-time 1767232800 --notes x --dry-run", "backup-time=1767232800")]
    public async Task Verb_WithATime_SendsSeconds(string line, string parameter)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        Assert.Contains(parameter, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_WithWhatIsNoTime_IsRefused()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        string error = (await cli.LineAsync("pbs task list --since yesterday")).FailedWith(2);
        Assert.Contains("since", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfAVerbWithATime_SaysHowItIsWritten()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        string help = (await cli.LineAsync("datastore download --help")).Succeeded();
        Assert.Contains("--backup-time <time>", help, StringComparison.Ordinal);
        Assert.Contains("2026-01-31T02:00:00Z", help, StringComparison.Ordinal);
    }
}
