using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is certain to fail has an exit code that says why, and a dry run does not pass it.</summary>
public sealed class CertainFailureTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Backup = "local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst";

    [Theory]
    [InlineData("vm resume staging", 6, "VM 106 (staging): it does not run")]
    [InlineData("vm create 100 --node pve1 --dry-run", 6, "The number 100 is taken: VM 100 (web-1) on pve1")]
    [InlineData("vm create --vmid 200 --node pve1 --dry-run", 6, "The number 200 is taken: container 200")]
    [InlineData("vm clone debian-13-template 100 --dry-run", 6, "The number 100 is taken")]
    [InlineData("ct clone dns --newid 100 --dry-run", 6, "The number 100 is taken")]
    [InlineData("vm restore " + Backup + " 100 --node pve1 --dry-run", 6, "The number 100 is taken")]
    [InlineData("vm restore " + Backup + " 100 --force --dry-run", 6, "it runs, and is overwritten only when it is stopped")]
    [InlineData("vm delete web-1 --dry-run", 6, "VM 100 (web-1): it runs, and is destroyed only when it is stopped")]
    [InlineData("ct delete dns --yes", 6, "container is running")]
    [InlineData("backup benchmark --keyfile nosuch.json", 5, "There is no key file ")]
    [InlineData("ct delete dns --dry-run", 6, "it runs, and is destroyed only when it is stopped")]
    [InlineData("vm migrate web-1 pve9 --dry-run", 5, "There are the nodes: pve1, pve2, pve3")]
    [InlineData("pool delete production --yes", 6, "Take out what is in it first")]
    [InlineData("vm snapshot rollback web-1 nope --dry-run", 5, "There is no snapshot 'nope' of VM 100 (web-1)")]
    [InlineData("vm snapshot delete web-1,staging nope --max 2 --dry-run", 5, "There is no snapshot 'nope' of VM 100 (web-1), VM 106 (staging)")]
    [InlineData("ct snapshot rollback dns current --dry-run", 5, "It has none")]
    [InlineData("ct snapshot set dns nope --description x --dry-run", 5, "There is no snapshot 'nope' of container 200")]
    [InlineData("vm snapshot create web-1 current", 2, "'current' cannot be the name of a snapshot")]
    [InlineData("vm snapshot create web-1 current --dry-run", 2, "'current' cannot be the name of a snapshot")]
    [InlineData("api create /nodes/pve1/qemu/100/snapshot snapname=current", 2, "Take another name for the snapshot")]
    [InlineData("api get /nodes/pve1/nothing --no-validate", 5, "prox api ls")]
    [InlineData("ct migrate dns pve2 --dry-run", 6, "it runs, and is moved only with --restart, or when it is shut down")]
    [InlineData("ct migrate dns pve2", 6, "It runs. Add --restart, which stops it here and starts it there, or shut it down first: prox ct shutdown 200")]
    public async Task Line_ThatCannotWork_HasItsOwnExitCode(string line, int exitCode, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_DisksOfTheNode_NamesTheOptionThatCopiesThem()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm migrate db-1 pve2");

        Assert.Equal(9, run.ExitCode);
        Assert.Contains("To copy them along: prox vm migrate 102 NODE --with-local-disks", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage create backups --type dir", 2, "A storage of type dir needs --path. Give it too. See: prox storage create --help")]
    [InlineData("storage create backups --type dir --dry-run", 2, "A storage of type dir needs --path")]
    [InlineData("storage create backups --type nfs --dry-run", 2, "A storage of type nfs needs --server and --export. Give them too")]
    [InlineData("api create /storage storage=backups type=dir", 2, "missing value for required option 'path'. Add it: --path, or path=VALUE for prox api")]
    [InlineData("pool set production --vms 104 --delete", 5, "VM 104 is not a pool member. See what is in it: prox pool show POOL")]
    [InlineData("pool set production --vms 999 --delete", 5, "VM 999 does not exist")]
    public async Task Line_OfAnAdministratorThatCannotWork_HasItsOwnExitCode(string line, int exitCode, string expected)
    {
        using CliHarness cli = await cluster.RootAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm create 660 --node pve1 --dry-run")]
    [InlineData("ct migrate dns pve2 --restart --dry-run")]
    [InlineData("vm restore " + Backup + " 106 --node pve1 --force --dry-run")]
    [InlineData("ct delete dns --force --dry-run")]
    [InlineData("vm delete staging --dry-run")]
    [InlineData("vm migrate web-1 pve2 --dry-run")]
    public async Task DryRun_ThatMayWork_ShowsTheCall(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Matches("^(POST|DELETE) /nodes/", (await cli.LineAsync(line)).Succeeded());
    }

    [Fact]
    public async Task DryRun_OneOfSeveralIsRefused_WarnsAndShowsTheCalls()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm delete web-1,staging --max 2 --dry-run");

        Assert.Contains("DELETE /nodes/", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("VM 100 (web-1): it runs, and is destroyed only when it is stopped: the server would refuse it", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_SnapshotThatOneOfTwoHas_WarnsAndShowsTheCalls()
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync();
            (await cli.LineAsync("vm snapshot create staging before")).Succeeded();

            CliRun one = await cli.LineAsync("vm snapshot delete staging before --dry-run");
            CliRun two = await cli.LineAsync("vm snapshot delete web-1,staging before --max 2 --dry-run");

            Assert.Contains("DELETE /nodes/pve1/qemu/106/snapshot/before", one.Succeeded(), StringComparison.Ordinal);
            Assert.DoesNotContain("no snapshot", one.Errors, StringComparison.Ordinal);
            Assert.Contains("DELETE /nodes/pve1/qemu/106/snapshot/before", two.Succeeded(), StringComparison.Ordinal);
            Assert.Contains("VM 100 (web-1) has no snapshot 'before': the server would refuse it", two.Errors, StringComparison.Ordinal);
            Assert.Contains(
                "There are the snapshots: before",
                (await cli.LineAsync("vm snapshot rollback staging after --dry-run")).FailedWith(5),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("vm start web-1", "it runs already")]
    [InlineData("vm migrate web-1 pve1", "it is on pve1 already")]
    public async Task DryRunJson_NothingToDo_SaysWhy(string line, string reason)
    {
        using CliHarness cli = await cluster.UserAsync();

        using JsonDocument shown = JsonDocument.Parse((await cli.LineAsync($"{line} --dry-run -o json")).Succeeded());

        JsonElement data = shown.RootElement.GetProperty("data");
        Assert.Empty(data.GetProperty("calls").EnumerateArray());
        JsonElement skipped = Assert.Single(data.GetProperty("skipped").EnumerateArray());
        Assert.Equal(100, skipped.GetProperty("vmid").GetInt32());
        Assert.Equal("VM 100 (web-1)", skipped.GetProperty("guest").GetString());
        Assert.Equal(reason, skipped.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Migrate_GuestThatIsThere_IsSkipped()
    {
        using CliHarness cli = await cluster.UserAsync();

        string rows = (await cli.LineAsync("vm migrate web-1 pve1 -o csv --fields vmid,outcome,message")).Succeeded();

        Assert.Contains("100,skipped,it is on pve1 already", rows, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm start debian-13-template", "it is a template, and never runs", "Make a guest of it: prox vm clone 9000")]
    [InlineData("vm resume 9000", "it is a template, and never runs", "prox vm clone 9000")]
    [InlineData("vm suspend staging", "it does not run", "Start it: prox vm start 106")]
    [InlineData("vm reboot 106", "it does not run", "Start it: prox vm start 106")]
    [InlineData("vm reset 106", "it does not run", "Start it: prox vm start 106")]
    [InlineData("vm start 9000 --dry-run", "it is a template", "prox vm clone 9000")]
    [InlineData("vm reboot 106 --dry-run", "it does not run", "prox vm start 106")]
    [InlineData("vm snapshot create 9000 before", "it is a template, which has no snapshots", "prox vm clone 9000")]
    public async Task GuestNamedItself_ThatCannot_IsConflict(string line, string reason, string advice)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(6);

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm reboot 106:106", "skipped,it does not run")]
    [InlineData("vm reboot 'stag*'", "skipped,it does not run")]
    [InlineData("vm suspend 'status=stopped,-105' --max 9", "106,skipped,it does not run")]
    [InlineData("vm stop 9000", "skipped,it is stopped already")]
    [InlineData("vm stop staging", "skipped,it is stopped already")]
    public async Task GuestOfASelection_ThatCannot_IsSkipped(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string rows = (await cli.LineAsync($"{line} -o csv --fields vmid,outcome,message")).Succeeded();

        Assert.Contains(expected, rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GuestsNamedThemselves_OneThatCannot_FailsAndTheOthersGoOn()
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync();

            CliRun shown = await cli.LineAsync("vm start 9000,106 --dry-run");
            CliRun run = await cli.LineAsync("vm start 9000,106 -o csv --fields vmid,outcome");

            shown.Succeeded();
            Assert.Contains("it would fail", shown.Errors, StringComparison.Ordinal);
            run.FailedWithCode(6);
            Assert.Contains("106,ok", run.Output, StringComparison.Ordinal);
            Assert.Contains("9000,failed", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Delete_GuestUnderHighAvailability_IsConflictUntilTheHintIsFollowed()
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync();
            (await cli.LineAsync("ha resource create vm:106 --state stopped")).Succeeded();

            Assert.Contains("prox vm delete 106 --purge", (await cli.LineAsync("vm delete staging --yes")).FailedWith(6), StringComparison.Ordinal);
            Assert.Contains("only with --purge", (await cli.LineAsync("vm delete staging --dry-run")).FailedWith(6), StringComparison.Ordinal);
            (await cli.LineAsync("vm delete 106 --purge --yes")).Succeeded();
        }
    }

    [Fact]
    public async Task Delete_ProtectedGuest_IsConflictUntilTheHintIsFollowed()
    {
        SimulatedCluster own = await SimulatedCluster.StillAsync();
        await using (own.ConfigureAwait(true))
        {
            using CliHarness cli = await own.UserAsync();
            (await cli.LineAsync("vm set windows --protection")).Succeeded();

            string error = (await cli.LineAsync("vm delete windows --yes")).FailedWith(6);

            Assert.Contains("prox vm set 105 --protection=false", error, StringComparison.Ordinal);
            (await cli.LineAsync("vm set 105 --protection=false")).Succeeded();
            (await cli.LineAsync("vm delete windows --yes")).Succeeded();
        }
    }
}
