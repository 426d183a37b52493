using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Next steps work for somebody who named a repository and has no context.</summary>
public sealed class RepositoryHintTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("See what there is: prox api get /admin/datastore/store1", "See what there is: prox backup list --repository 'a@pbs!t@s:8007:d'")]
    [InlineData("See what there is: prox api get /admin/datastore", "See what there is: prox datastore list")]
    [InlineData("See which there are: prox datastore namespace list store1", "See which there are: prox datastore namespace list store1 --context NAME")]
    [InlineData("See what it takes: prox api describe /version", "See what it takes: prox api describe /version --product pbs")]
    [InlineData("Check the user or token id and its secret (prox context show).", "Check the user or token id and its secret (PBS_REPOSITORY and PBS_PASSWORD).")]
    [InlineData("Wait on with: prox task wait UPID:x", "Wait on with: prox task wait --repository 'a@pbs!t@s:8007:d' UPID:x")]
    [InlineData("See what there is: prox backup list host/web", "See what there is: prox backup list --repository 'a@pbs!t@s:8007:d' host/web")]
    [InlineData("Use prox backup list-all", "Use prox backup list-all")]
    public void In_CommandsOfContexts_BecomeThoseOfTheRepository(string hint, string expected) =>
        Assert.Equal(expected, new RepositoryHints("a@pbs!t@s:8007:d", isTyped: true).In(hint));

    [Fact]
    public async Task Task_OfARepository_IsShownStoppedAndWaitedForWithoutAContext()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string upid = (await cli.LineAsync("backup garbage-collect --no-wait -o name")).Succeeded().Trim();

        Assert.Contains("exitstatus", (await cli.LineAsync($"task wait {upid} -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains(upid, (await cli.LineAsync("task list -o name")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"task log {upid}")).Succeeded();
        (await cli.LineAsync($"task show {upid}")).Succeeded();
        (await cli.LineAsync($"task stop {upid} --dry-run")).Succeeded();
    }

    [Fact]
    public async Task Task_WithATypedRepository_NeedsNoVariable()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator).With("PBS_REPOSITORY", "nobody@pbs@127.0.0.1:1:store1");

        (await cli.RunAsync("task", "list", "--repository", backup.Simulator.Repository())).Succeeded();
        Assert.Contains("names the server already", (await cli.LineAsync("task list --repository a@pbs@s:d --context x")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_OfARepository_NameNoContext()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string missing = (await cli.RunAsync("backup", "list", "--repository", backup.Simulator.Repository().Replace("store1", "nowhere", StringComparison.Ordinal))).FailedWith(5);
        cli.With("PBS_PASSWORD", "99999999-2222-3333-4444-555555555555");
        string denied = (await cli.LineAsync("backup list")).FailedWith(4);

        Assert.DoesNotContain("prox api", missing, StringComparison.Ordinal);
        Assert.Contains("PBS_PASSWORD", denied, StringComparison.Ordinal);
        Assert.DoesNotContain("prox context", denied, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup list")]
    [InlineData("backup files host/web")]
    [InlineData("backup prune host/web --keep-last 1 --dry-run")]
    [InlineData("api get /admin/datastore/store1/groups ns=a/b")]
    public async Task Failures_OfANamespaceThatIsNotThere_NameTheListOfNamespaces(string line)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        bool isCall = line.StartsWith("api", StringComparison.Ordinal);

        string error = (await cli.LineAsync(isCall ? line : $"{line} --ns a/b --datastore store1")).FailedWith(5);

        Assert.Contains("See which there are: prox datastore namespace list store1", error, StringComparison.Ordinal);
        (await cli.LineAsync("datastore namespace list store1")).Succeeded();
    }

    [Fact]
    public async Task Cat_OfALink_NamesItsTargetAndAListThatWorks()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "tree", "etc", "link"), "hosts");
        string group = $"host/{BackupUser.NewId()}";
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id {group[5..]}")).Succeeded();

        string error = (await cli.LineAsync($"backup cat {group} root.pxar /etc/link")).FailedWith(2);

        Assert.Contains("a symlink to hosts", error, StringComparison.Ordinal);
        Assert.Contains("prox backup ls SNAPSHOT root.pxar /etc --long", error, StringComparison.Ordinal);
        (await cli.LineAsync($"backup ls {group} root.pxar /etc --long")).Succeeded();
    }

    [Fact]
    public async Task Prune_Quiet_ShowsRemovalsOnly()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        string group = $"host/{BackupUser.NewId()}";
        foreach (int time in new[] { 1_700_000_000, 1_700_100_000 })
        {
            (await cli.LineAsync($"backup create root.pxar:tree --backup-id {group[5..]} --backup-time {time}")).Succeeded();
        }

        Assert.Equal(2, (await cli.JsonAsync($"backup prune {group} --keep-last 1 --dry-run")).GetArrayLength());
        Assert.Equal("remove", Assert.Single((await cli.JsonAsync($"backup prune {group} --keep-last 1 --dry-run --quiet")).EnumerateArray()).GetProperty("action").GetString());
        Assert.Contains("prune-datastore", (await cli.LineAsync($"backup prune {group} --keep-last 1 --max-depth 1")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("backup upload-log", (await cli.LineAsync("datastore upload-backup-log store1")).FailedWith(2), StringComparison.Ordinal);
    }
}
