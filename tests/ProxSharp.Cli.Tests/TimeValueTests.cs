using ProxSharp.Cli.Errors;
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
    public void Settle_MakesSecondsOfTimes(string typed, string sent) => Assert.Equal(sent, TimeValues.Settle("--since", typed));

    [Theory]
    [InlineData("-5")]
    [InlineData("yesterday")]
    [InlineData("never")]
    [InlineData("2026-13-01T02:00:00Z")]
    [InlineData("1969-12-31")]
    [InlineData("99999999999999")]
    [InlineData("")]
    public void Settle_OfWhatIsNoTime_NamesTheOptionAndTheForms(string typed)
    {
        CliException error = Assert.Throws<CliException>(() => TimeValues.Settle("--expire", typed));
        Assert.StartsWith($"--expire: '{typed}' is no time", error.Error.Message, StringComparison.Ordinal);
        Assert.Contains("2026-01-31T02:00:00Z", error.Error.Hint, StringComparison.Ordinal);
        Assert.Contains("0 is never", error.Error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-01-31", "2026-01-31 00:00:00")]
    [InlineData("2026-01-31 02:00", "2026-01-31 02:00:00")]
    [InlineData("2026-01-31T02:00:05", "2026-01-31 02:00:05")]
    public void Settle_OfAClock_KeepsWhatItShows(string typed, string sent) => Assert.Equal(sent, ClockTimes.Settle("--since", typed));

    [Theory]
    [InlineData("Europe/Berlin", "2026-07-01T02:00:00Z", "since=2026-07-01 04:00:00")]
    [InlineData("Europe/Berlin", "2026-01-01T02:00:00+02:00", "since=2026-01-01 01:00:00")]
    [InlineData("Etc/UTC", "1767232800", "since=2026-01-01 02:00:00")]
    [InlineData("Etc/UTC", "2026-01-01 05:00", "since=2026-01-01 05:00:00")]
    public async Task Syslog_TakesTimesAsTheServersClockShowsThem(string zone, string typed, string sent)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync($"api set /nodes/localhost/time timezone={zone}")).Succeeded();
        CliRun run = await cli.RunAsync("pbs", "node", "syslog", "--since", typed, "--debug-http");
        run.Succeeded();
        Assert.Contains(sent, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Syslog_WithWhatIsNoTime_IsRefusedBeforeAnythingIsSent()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        CliRun run = await cli.LineAsync("pbs node syslog --until tomorrow");
        Assert.Contains("--until: 'tomorrow' is no time", run.FailedWith(2), StringComparison.Ordinal);
    }

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
