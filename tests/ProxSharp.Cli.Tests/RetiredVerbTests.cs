using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary><c>prox retired</c>: what is out of service, and its end.</summary>
public sealed class RetiredVerbTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":3},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Fact]
    public async Task Purge_OfWhatIsDue_NeedsAPersonWhoTypesTheName()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        ShiftedTime time = new();
        using CliHarness cli = await GuardedAsync(cluster, time, 100);
        Assert.Empty(Rows(await cli.LineAsync("retired list -o json")));
        (await cli.LineAsync("retire staging --keep 30d --apply")).Succeeded();
        JsonElement kept = Assert.Single(Rows(await cli.LineAsync("retired list -o json")));
        Assert.Equal((106, "kept"), (kept.GetProperty("vmid").GetInt32(), kept.GetProperty("state").GetString()));
        Assert.Empty(Rows(await cli.LineAsync("retired list --due -o json")));
        CliRun early = await cli.LineAsync("retired purge 106");
        early.FailedWithCode(7);
        Assert.Contains("was retired to be kept until", early.Errors, StringComparison.Ordinal);
        Assert.Contains("No guest is due", Everything(await cli.LineAsync("retired purge")), StringComparison.Ordinal);

        time.Shift = TimeSpan.FromDays(31);
        Assert.Equal("106", (await cli.LineAsync("retired list --due -o name")).Succeeded().Trim());
        CliRun planned = await cli.LineAsync("retired purge");
        Assert.Contains("DELETE /nodes/pve1/qemu/106", planned.Succeeded(), StringComparison.Ordinal);
        cli.Input = "another\n";
        (await cli.LineAsync("retired purge 106 --apply")).FailedWithCode(8);
        cli.Input = "staging\n";
        Assert.Equal(0, (await cli.LineAsync("retired purge 106 --apply")).ExitCode);
        Assert.DoesNotContain("staging", (await cli.LineAsync("vm list -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Empty(Rows(await cli.LineAsync("retired list -o json")));
    }

    [Fact]
    public async Task Purge_ByAnAgent_IsPlannedAndNotApplied()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        ShiftedTime time = new();
        using CliHarness cli = await GuardedAsync(cluster, time);
        (await cli.LineAsync("retire 106 --apply")).Succeeded();
        (await cli.LineAsync("retire 105 --apply")).Succeeded();
        time.Shift = TimeSpan.FromDays(31);

        Assert.Contains("--max 2", (await cli.LineAsync("retired purge")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("retired purge 105 106")).FailedWith(8);
        Assert.Contains("DELETE /nodes/pve3/qemu/105", (await cli.LineAsync("retired purge --max 2")).Succeeded(), StringComparison.Ordinal);
        string plan = (await cli.LineAsync("retired purge 106 -o name")).Succeeded().Trim();
        Assert.Contains("prox approve", (await cli.LineAsync($"plan apply {plan}")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("retired purge 105 --apply")).FailedWithCode(8);
        (await cli.LineAsync("retired purge 101")).FailedWith(7);
        Assert.Equal(2, Rows(await cli.LineAsync("retired list --due -o json")).Length);
    }

    [Fact]
    public async Task Purge_OfWhatAPersonHasChanged_IsRefusedWithTheReason()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        ShiftedTime time = new();
        using CliHarness cli = await GuardedAsync(cluster, time);
        (await cli.LineAsync("retire 106 --apply")).Succeeded();
        time.Shift = TimeSpan.FromDays(31);
        using CliHarness person = await cluster.UserAsync();
        (await person.LineAsync("vm set staging --name kept")).Succeeded();

        Assert.Contains("its name was “staging” and is “kept”", (await cli.LineAsync("retired purge 106")).FailedWith(6), StringComparison.Ordinal);
        string table = (await cli.LineAsync("retired list")).Succeeded();
        Assert.Contains("refused", table, StringComparison.Ordinal);
        Assert.Contains("its name was", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retired_OfABackupServer_MakesNoSense()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync("retired list")).FailedWith(2);
        (await cli.LineAsync("retired purge 106")).FailedWith(2);
        (await cli.LineAsync("retired purge 106 --max 0")).FailedWith(2);
        await backup.DisposeAsync();
    }

    private static string Everything(CliRun run) => run.Succeeded() + run.Errors;

    private static async Task<CliHarness> GuardedAsync(SimulatedCluster cluster, TimeProvider time, int? terminalWidth = null)
    {
        CliHarness cli = new CliHarness { Time = time, TerminalWidth = terminalWidth }.With("LAB_SECRET", DefaultCluster.TokenSecret);
        await cluster.UseAsync(cli, "lab");
        cli.Guard("lab", Policy);
        return cli;
    }

    private static JsonElement[] Rows(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(static row => row.Clone())];
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
