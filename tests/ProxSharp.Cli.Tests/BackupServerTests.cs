using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class BackupServerTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("pbs-datastores", "api get /admin/datastore")]
    [InlineData("pbs-groups-csv", "api get /admin/datastore/store1/groups --fields backup-type,backup-id,backup-count -o csv")]
    [InlineData("pbs-snapshots-jsonl", "api get /admin/datastore/store1/snapshots ns=customers/acme --fields backup-type,backup-id,backup-time,size -o jsonl")]
    public async Task Get_OfABackupServer_PrintsAsRecorded(string name, string line)
    {
        using CliHarness cli = await UserAsync();

        Snapshot.Match(name, (await cli.LineAsync(line)).Succeeded());
    }

    [Fact]
    public async Task Create_TaskOfABackupServer_IsFollowed()
    {
        using CliHarness cli = await UserAsync();

        CliRun run = await cli.LineAsync("api create /admin/datastore/store1/gc --wait --yes");

        Assert.StartsWith("UPID:", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("TASK OK", run.Errors, StringComparison.Ordinal);
        string[] lines = run.Errors.Split('\n');
        Assert.Equal(lines.Distinct(), lines);
    }

    [Theory]
    [InlineData("api get /tape/media/destroy label-text=TAPE1 --no-validate")]
    [InlineData("tape media destroy --label-text TAPE1 --yes")]
    public async Task DestroyingRead_ReadOnlyContext_IsRefused(string line)
    {
        using CliHarness cli = (await UserAsync()).With("PROX_READ_ONLY", "1");

        Assert.Contains("read-only", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tape media destroy --label-text TAPE1")]
    [InlineData("datastore prune store1 --backup-type vm --backup-id 100 --keep-last 1")]
    [InlineData("datastore prune-datastore store1 --keep-last 1")]
    public async Task Destroying_NobodyCanBeAsked_NeedsYes(string line)
    {
        using CliHarness cli = await UserAsync();

        Assert.Contains("--yes", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot delete store1 vm/100/2026-01-01T02:00:00Z --dry-run", "backup-id=100 backup-time=1767232800 backup-type=vm")]
    [InlineData("group delete store1 host/cron --dry-run", "backup-id=cron backup-type=host")]
    [InlineData("change-owner store1 ct/200 --new-owner demo@pbs --dry-run", "backup-id=200 backup-type=ct")]
    [InlineData("verify store1 ct/200 --dry-run", "backup-id=200 backup-type=ct")]
    [InlineData("verify store1 vm/100/2026-01-01T02:00:00Z --dry-run", "backup-id=100 backup-time=1767232800 backup-type=vm")]
    [InlineData("prune store1 vm/100 --keep-last 1 --dry-run", "backup-id=100 backup-type=vm")]
    public async Task Datastore_NameOfABackup_StandsForItsParts(string line, string parameters)
    {
        using CliHarness cli = await UserAsync();

        string[] call = (await cli.LineAsync($"datastore {line}")).Succeeded().Split('#')[0].Split(' ', '\n');

        Assert.Equal(parameters, string.Join(' ', call.Where(static word => word.StartsWith("backup-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("datastore prune store1 vm/100 --keep-last 1 --dry-run", "")]
    [InlineData("datastore prune store1 vm/100 --keep-last 1 --dry-run", "1")]
    [InlineData("api create /admin/datastore/store1/prune backup-type=vm backup-id=100 keep-last=1 --dry-run", "")]
    [InlineData("datastore prune-datastore store1 --keep-last 1 --dry-run", "")]
    [InlineData("datastore prune-datastore store1 --keep-last 1 --max-depth 0 --dry-run", "1")]
    public async Task Prune_DryRun_ListsWhatWouldBeRemoved(string line, string readOnly)
    {
        using CliHarness cli = (await UserAsync()).With("PROX_READ_ONLY", readOnly);
        string[] before = [.. (await cli.LineAsync("datastore snapshot list store1 --backup-type vm --backup-id 100 -o name")).Succeeded()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

        string shown = (await cli.LineAsync(line)).Succeeded();

        Assert.True(before.Length > 1);
        Assert.All(before[..^1], name => Assert.Contains($"  - backup: {name}\n", shown, StringComparison.Ordinal));
        Assert.DoesNotContain($"backup: {before[^1]}", shown, StringComparison.Ordinal);
        Assert.Equal(before.Length, (await cli.LineAsync("datastore snapshot list store1 --backup-type vm --backup-id 100 -o name")).Succeeded().Split(
            '\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Prune_DryRunThatKeepsAll_SaysSo()
    {
        using CliHarness cli = await UserAsync();

        CliRun run = await cli.LineAsync("datastore prune store1 vm/100 --keep-last 900 --dry-run");

        run.Succeeded();
        Assert.Contains("No backup would be removed.", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot delete store1 host/cron", "'host/cron' is a group, and one snapshot is meant here")]
    [InlineData("group delete store1 host/cron/2026-01-01T02:00:00Z", "'host/cron/2026-01-01T02:00:00Z' is one snapshot, and a whole group is meant here")]
    [InlineData("group delete store1 cron", "'cron' is no backup")]
    [InlineData("group delete store1 host/cron --backup-id 100", "'host/cron' and --backup-id are the same, given twice")]
    [InlineData("group delete store1 --yes", "backup-id")]
    public async Task Datastore_NameThatIsNoBackup_IsTold(string line, string expected)
    {
        using CliHarness cli = await UserAsync();

        Assert.Contains(expected, (await cli.LineAsync($"datastore {line}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Datastore_EachNameOfItsLists_CanBeRead()
    {
        using CliHarness cli = await UserAsync();
        foreach (string name in (await cli.LineAsync("datastore snapshot list store1 -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            (await cli.LineAsync($"datastore files store1 {name}")).Succeeded();
        }
    }

    [Fact]
    public async Task Get_Root_IsTheServersIndex()
    {
        using CliHarness cli = await UserAsync();

        Assert.Contains("\nadmin\n", (await cli.LineAsync("api get / -o csv")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_FromServer_IsAsTheToolKnowsIt()
    {
        using CliHarness cli = await UserAsync();

        string[] known = (await cli.LineAsync("api describe /admin/datastore/{store}/groups")).Succeeded().Split('\n');
        string[] served = (await cli.LineAsync("api describe /admin/datastore/{store}/groups --from-server")).Succeeded().Split('\n');

        // Parameters of the path come first in what is read from a server.
        Assert.Equal(known.Order(StringComparer.Ordinal), served.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Get_SizesAndTimes_AreReadableInTables()
    {
        using CliHarness cli = await UserAsync();

        string table = (await cli.LineAsync("api get /admin/datastore/store1/snapshots ns=customers/acme --fields backup-time,size --no-header")).Succeeded();

        Assert.All(table.Split('\n', StringSplitOptions.RemoveEmptyEntries), static row => Assert.Matches("^20[0-9-]+ [0-9:]+Z +[0-9.]+ [KMGT]?i?B$", row));
    }

    [Theory]
    [InlineData("api get /nodes/pve1/qemu", 2, "Proxmox Backup Server")]
    [InlineData("api get /admin/datastore/store1/snapshots backup-typ=vm", 2, "Did you mean backup-type?")]
    [InlineData("api create /admin/datastore/nowhere/gc --yes", 5, "nowhere")]
    public async Task Call_BadInput_IsOneLine(string line, int exitCode, string expected)
    {
        using CliHarness cli = await UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    private async Task<CliHarness> UserAsync()
    {
        CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        return cli;
    }
}
