using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>In a context that only reads, no command changes anything: neither a verb of today nor one that is added tomorrow.</summary>
public sealed class ReadOnlyContextTests(SimulatedCluster cluster, SimulatedBackupServer backup)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    // They change nothing but files here.
    private static readonly HashSet<string> s_local = new(StringComparer.Ordinal)
    {
        "freeze", "unfreeze", "plan discard", "policy new-key", "agent install",
    };

    // They go on until somebody ends them.
    private static readonly HashSet<string> s_endless = new(StringComparer.Ordinal) { "top", "events" };

    [Theory]
    [InlineData("lab")]
    [InlineData("store")]
    public async Task Verbs_OfEveryNoun_SendNothingThatChanges(string context)
    {
        using CliHarness cli = await ReaderAsync();
        int before = Sent();
        int refused = 0;
        int read = 0;
        foreach ((string path, VerbCommand command) in Verbs().Where(static item => !s_endless.Contains(item.Path)))
        {
            string[] words = [.. path.Split(' '), .. GuardedModeTests.Dummies(command), "-c", context];
            CliRun run = await cli.RunAsync(words);
            Assert.True(before == Sent(), $"prox {string.Join(' ', words)} sent {Last()}");
            if (GuardedMode.MildestChange(command.Verb) != OperationClass.Read && command.Verb.Options.All(static option => option.Name != "--repository"))
            {
                Assert.True(run.ExitCode == 7, $"prox {string.Join(' ', words)} ended with {run.ExitCode}: {run.Errors}{run.Output}");
                Assert.Contains("read-only", run.Errors + run.Output, StringComparison.Ordinal);
                refused++;
            }
            else if (command.Verb.Class != VerbClass.Read && !s_local.Contains(path))
            {
                Assert.True(run.ExitCode != 0, $"prox {string.Join(' ', words)} did it: {run.Errors}{run.Output}");
                refused++;
            }
            else
            {
                read++;
            }
        }

        Assert.True(refused > 450 && read > 300, $"{refused} and {read} verbs");
    }

    [Fact]
    public async Task Verbs_ThatAreOnlyShown_SendNothingThatChanges()
    {
        using CliHarness cli = await ReaderAsync();
        int before = Sent();
        int tried = 0;
        foreach ((string path, VerbCommand command) in Verbs().Where(static item => item.Command.Verb.Traits.HasFlag(VerbTraits.DryRun)))
        {
            string[] words = [.. path.Split(' '), .. GuardedModeTests.Dummies(command), "--dry-run"];
            await cli.RunAsync([.. words, "-c", "lab"]);
            await cli.RunAsync([.. words, "-c", "store"]);
            Assert.True(before == Sent(), $"prox {string.Join(' ', words)} sent {Last()}");
            tried++;
        }

        Assert.True(tried > 450, $"{tried} verbs");
    }

    [Theory]
    [InlineData("vm start staging")]
    [InlineData("vm delete staging --yes")]
    [InlineData("vm set staging --memory 1024")]
    [InlineData("vm agent exec web-1 -- id")]
    [InlineData("ct stop 200")]
    [InlineData("node stopall pve1 --yes")]
    [InlineData("console web-1")]
    [InlineData("spice web-1")]
    [InlineData("vnc web-1")]
    [InlineData("apply -f some.yaml")]
    [InlineData("retire staging --apply")]
    [InlineData("undo 1")]
    [InlineData("undo 1 --apply")]
    [InlineData("agent token create --role reader")]
    [InlineData("plan create vm start staging")]
    [InlineData("api create /nodes/pve1/qemu/106/status/start")]
    [InlineData("api set /nodes/pve1/qemu/106/config memory=1024")]
    [InlineData("api delete /nodes/pve1/qemu/106 --yes")]
    [InlineData("api create /nodes/pve1/brand-new --no-validate")]
    [InlineData("api create /nodes/pve1/storage/local/upload content=iso --file x.iso")]
    [InlineData("api get /tape/media/destroy label-text=x -c store")]
    [InlineData("backup create some.conf:some.conf --datastore store1 -c store")]
    [InlineData("backup forget host/laptop --yes --datastore store1 -c store")]
    [InlineData("backup prune host/laptop --keep-last 1 --yes --datastore store1 -c store")]
    [InlineData("backup garbage-collect --datastore store1 -c store")]
    public async Task Commands_WrittenByHand_AreRefusedAsReadOnly(string line)
    {
        using CliHarness cli = await ReaderAsync();
        cli.Write("some.yaml", "prox: 1\nguests:\n  - vmid: 106\n    config: {memory: 1536}\n");
        cli.Write("some.conf", "x");
        cli.Write("x.iso", "x");
        int before = Sent();

        Assert.Contains("read-only", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);

        Assert.Equal(before, Sent());
    }

    [Fact]
    public async Task Login_WithTheVariableSet_MakesNoToken()
    {
        using CliHarness cli = (await cluster.UserAsync()).With("PROX_READ_ONLY", "1");
        int before = Sent();

        string error = (await cli.LineAsync(
            $"login {cluster.Url} --user demo@pve --secret env:LAB_PASSWORD --name again --fingerprint {cluster.Simulator.Fingerprint}")).FailedWith(7);

        Assert.Contains("PROX_READ_ONLY", error, StringComparison.Ordinal);
        Assert.Equal(before, Sent());
    }

    private async Task<CliHarness> ReaderAsync()
    {
        CliHarness cli = (await cluster.UserAsync()).With("BACKUP_SECRET", DefaultBackupServer.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "store", backup.Simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--product", "pbs", "--token-id",
            DefaultBackupServer.TokenId, "--secret", "env:BACKUP_SECRET", "--fingerprint", backup.Simulator.Fingerprint, "--read-only")).Succeeded();
        (await cli.RunAsync(
            "context", "add", "lab", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint",
            cluster.Simulator.Fingerprint, "--read-only", "--replace", "--use")).Succeeded();
        return cli;
    }

    private int Sent() => Changes().Count();

    private string Last() => Changes().Select(static request => $"{request.Method} {request.Path}").LastOrDefault() ?? "nothing";

    // Asking an agent whether it answers is a question in spite of its method; so is a login.
    private IEnumerable<SimulatedRequest> Changes() => cluster.Simulator.Traffic.Requests.Concat(backup.Simulator.Traffic.Requests).Where(static request =>
        (request.Method != "GET"
            && !(request.Method == "POST" && (request.Path.EndsWith("/agent/ping", StringComparison.Ordinal)
                || request.Path.EndsWith("/access/ticket", StringComparison.Ordinal))))
        || request.Path is "/api2/json/backup" or "/api2/json/tape/media/destroy");

    private static IEnumerable<(string Path, VerbCommand Command)> Verbs()
    {
        using CliHarness cli = new();
        return [.. Walk("", CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System)))];
    }

    private static IEnumerable<(string Path, VerbCommand Command)> Walk(string path, Command command) => command is VerbCommand verb
        ? [(path, verb)]
        : command.Subcommands.SelectMany(sub => Walk($"{path} {sub.Name}".Trim(), sub));
}
