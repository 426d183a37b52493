using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>Lists that the server gives out in pages of 50: what is looked for is found behind the first, and a part is called one.</summary>
public sealed class TaskListTests(TaskListTests.BusyCluster cluster) : IClassFixture<TaskListTests.BusyCluster>
{
    private const int Newer = 60;

    [Theory]
    [InlineData("--failed")]
    [InlineData("--guest 106")]
    [InlineData("--guest staging --failed")]
    [InlineData("--type vzdump")]
    [InlineData("--type vzdump --limit 5 --since 2020-01-01")]
    public async Task TaskList_OfANode_FindsWhatIsOlderThanTheFirstPage(string words)
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        string found = (await cli.LineAsync($"task list --node pve1 {words} -o name")).Succeeded();

        Assert.Contains(":vzdump:106:", Assert.Single(found.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskList_OfANode_HasAll()
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        CliRun run = await cli.LineAsync("task list --node pve1 -o name");

        Assert.Equal(Newer + 1, run.Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("", run.Errors);
        Assert.Equal("", (await cli.LineAsync("task list --node pve1 --running -o name")).Succeeded());
    }

    [Theory]
    [InlineData("--limit 3", 3)]
    [InlineData("--node pve1 --limit 3", 3)]
    [InlineData("--node pve1 --limit 55", 55)]
    [InlineData("--node pve1 --since 2020-01-01", Newer + 1)]
    [InlineData("--node pve1 --since 3650d", Newer + 1)]
    [InlineData("--node pve1 --user demo@pve", Newer + 1)]
    [InlineData("--node pve1 --user demo@pve!ci", Newer + 1)]
    [InlineData("--node pve1 --user demo@pv", 0)]
    [InlineData("--node pve1 --since 2199-01-01T00:00:00Z", 0)]
    [InlineData("--type vzdum", 0)]
    [InlineData("--user demo@pve", Newer + 1)]
    [InlineData("--since 2020-01-01 --limit 50", 50)]
    public async Task TaskList_Chosen_HasWhatIsMeant(string words, int expected)
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        CliRun run = await cli.LineAsync($"task list {words} -o name");

        Assert.Equal(expected, run.Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public async Task TaskList_NodeThatDoesNotAnswer_IsNamedBesideTheOthers()
    {
        await using SimulatedCluster site = await SimulatedCluster.StillAsync();
        using CliHarness cli = await site.UserAsync();
        (await cli.LineAsync("vm start staging")).Succeeded();
        site.Simulator.Faults.When(static request => request.Path.EndsWith("/nodes/pve2/tasks", StringComparison.Ordinal), Fault.Status(500, "got no answer"), 10);

        CliRun run = await cli.LineAsync("task list --type qmstart -o name");

        Assert.Contains(":qmstart:106:", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("the tasks cannot be read on pve2", run.Errors, StringComparison.Ordinal);

        site.Simulator.Faults.When(static request => request.Path.EndsWith("/tasks", StringComparison.Ordinal), Fault.Status(500, "got no answer"), 10);
        (await cli.LineAsync("task list --type qmstart -o json")).FailedWithCode(1);
    }

    [Theory]
    [InlineData("--since yesterday", "Write how long ago it is")]
    [InlineData("--since 0h", "is no time")]
    [InlineData("--limit 0", "Give a number from 1")]
    public async Task TaskList_BadChoice_IsRefused(string words, string hint)
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        Assert.Contains(hint, (await cli.LineAsync($"task list {words}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o table", "(50 of 61: ask for more with start= and limit=)")]
    [InlineData("-o json", "{\"warning\":{\"message\":\"50 of 61: ask for more with start= and limit=\"")]
    [InlineData("limit=7 -o table", "(7 of 61: ask for more with start= and limit=)")]
    [InlineData("limit=7 -o json", "")]
    [InlineData("limit=100 -o json", "")]
    public async Task ApiGet_OfAPage_SaysThatThereIsMore(string words, string expected)
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        CliRun run = await cli.LineAsync($"api get /nodes/pve1/tasks {words}");

        run.Succeeded();
        Assert.StartsWith(expected, run.Errors, StringComparison.Ordinal);
        Assert.Equal(expected.Length > 0, run.Errors.Length > 0);
    }

    [Fact]
    public async Task NodeSyslog_OfAPage_SaysThatThereIsMore()
    {
        using CliHarness cli = await cluster.Site.UserAsync();

        CliRun run = await cli.LineAsync("node syslog pve1 --limit 2");

        run.Succeeded();
        Assert.Contains("(2 of ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("ask for more with --start and --limit)", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>A cluster with a backup that failed, and more tasks after it than a page holds.</summary>
    public sealed class BusyCluster : IAsyncLifetime
    {
        /// <summary>The cluster.</summary>
        public SimulatedCluster Site { get; } = new();

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            await Site.InitializeAsync();
            using CliHarness cli = await Site.UserAsync();
            Site.Simulator.Faults.FailTask(new TaskFault { Type = "vzdump", Text = "no space left" });
            (await cli.LineAsync("api create /nodes/pve1/vzdump vmid=106 storage=local --wait")).FailedWithCode(9);
            for (int number = 0; number < Newer; number++)
            {
                (await cli.LineAsync($"api delete /nodes/pve1/storage/local/content/local%3Aiso%2Fgone-{number}.iso --wait --yes")).Succeeded();
            }
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Site.DisposeAsync();
    }
}
