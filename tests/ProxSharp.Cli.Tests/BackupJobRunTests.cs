using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary><c>prox backup-job run</c>: the guests of a job now, with its settings.</summary>
public sealed class BackupJobRunTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Job = "backup-job create --schedule daily --storage local --compress zstd --exclude-path /tmp --exclude-path /var/tmp "
        + "--performance max-workers=2 --enabled 0";

    [Fact]
    public async Task Run_NamedGuests_BacksThemUpWithTheSettings()
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync($"{Job} --id nightly --vmid web-1,dns")).Succeeded();

        string shown = (await cli.LineAsync("backup-job run nightly --dry-run")).Succeeded();
        Assert.Contains(
            "POST /nodes/pve1/vzdump vmid=100 compress=zstd exclude-path=/tmp exclude-path=/var/tmp performance=max-workers=2 storage=local", shown,
            StringComparison.Ordinal);

        using JsonDocument rows = JsonDocument.Parse((await cli.LineAsync("backup-job run nightly -o json")).Succeeded());
        Assert.Equal(
            ["100 ok", "200 ok"],
            rows.RootElement.GetProperty("data").EnumerateArray().Select(static row => $"{row.GetProperty("vmid")} {row.GetProperty("outcome").GetString()}"));
    }

    [Fact]
    public async Task Run_JobOfANodeWithoutItsGuests_HasNothingToBackUp()
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync($"{Job} --id elsewhere --node pve2 --vmid web-1,dns")).Succeeded();

        Assert.Contains("prox backup-job show elsewhere", (await cli.LineAsync("backup-job run elsewhere")).FailedWith(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_JobThatPrunes_IsAskedAbout()
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync($"{Job} --id pruning --prune-backups keep-last=3 --vmid web-1 --yes")).Succeeded();

        Assert.Contains("Backups that 'prune-backups' does not keep are deleted.", (await cli.LineAsync("backup-job run pruning")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("backup-job run pruning --yes")).Succeeded();
    }

    [Fact]
    public async Task Run_NoSuchJob_IsNotFound()
    {
        using CliHarness cli = await cluster.RootAsync();

        (await cli.LineAsync("backup-job run nosuch")).FailedWith(5);
    }
}
