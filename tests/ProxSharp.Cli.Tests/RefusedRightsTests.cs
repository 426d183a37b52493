using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A token without any right: whatever it is refused, the error names the privilege and where it is needed.</summary>
public sealed class RefusedRightsTests
{
    private const string Secret = "99999999-2222-3333-4444-555555555555";

    /// <summary>Of the commands so many are tried out; all of them would take a minute.</summary>
    private const int Step = 6;

    private static readonly string[] s_backups = ["pbs", "tape", "datastore", "backup"];

    private static readonly string[] s_endless = ["--watch", "-w", "--follow", "console", "vnc", "top", "events"];

    [Theory]
    [InlineData("notification target list", "lab", "Mapping.Modify or Mapping.Audit or Mapping.Use on /mapping/notifications")]
    [InlineData("notification matcher list", "lab", "Mapping.Modify or Mapping.Audit or Mapping.Use on /mapping/notifications")]
    [InlineData("vm config web-1", "lab", "VM.Audit on /vms")]
    [InlineData("vm start 100", "lab", "VM.Audit on /vms/100")]
    [InlineData("guest stop @tag-prod", "lab", "VM.Audit on /vms")]
    [InlineData("console web-1", "lab", "VM.Audit on /vms")]
    [InlineData("pool set production --vms web-1", "lab", "VM.Audit on /vms")]
    [InlineData("cluster membership delete pve1 --yes", "lab", "root@pam, logged in with its password")]
    [InlineData("backup restore vm/100/2026-01-01T00:00:00Z qemu-server.conf - --datastore store1", "store", "Datastore.Read on /datastore/store1")]
    [InlineData("backup ls vm/100/2026-01-01T00:00:00Z --datastore store1", "store", "Datastore.Read on /datastore/store1")]
    [InlineData("backup restore vm/100/2026-01-01T00:00:00Z qemu-server.conf - --datastore store1 --ns a/b", "store", "Datastore.Read on /datastore/store1/a/b")]
    [InlineData("datastore catalog store1 host/laptop/2026-01-01T00:00:00Z --filepath /", "store", "Datastore.Read on /datastore/store1")]
    [InlineData("pbs prune-job create daily --schedule daily --store store1 --keep-last 3 --yes", "store", "Datastore.Modify on /datastore/store1")]
    public async Task Refusal_OfACommand_NamesPrivilegeAndPath(string line, string context, string need)
    {
        await using Servers servers = await Servers.StartAsync();

        CliRun run = await servers.Cli.RunAsync([.. ShellWords.Split(line), "-c", context, "-o", "json"]);

        run.FailedWithCode(ExitCodes.Authentication);
        Assert.Equal(need, Assert.Single(Error(run).GetProperty("need").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Refusal_OfCommandsFromAllOver_SaysWhatIsNeeded()
    {
        await using Servers servers = await Servers.StartAsync();
        List<string> wrong = [];
        int refused = 0;
        foreach ((int at, (string path, VerbCommand command)) in Verbs().Index())
        {
            string[] words = [.. ShellWords.Split(command.Examples[0].Line).TakeWhile(static word => word is not (">" or "<" or "|"))];
            if (at % Step != 0 || words.Any(s_endless.Contains))
            {
                continue;
            }

            string[] yes = command.Options.Any(static option => option.Name == "--yes") ? ["--yes"] : [];
            CliRun run = await servers.Cli.RunAsync([.. words, .. yes, "-c", s_backups.Contains(words[0]) ? "store" : "lab", "-o", "json"]);
            if (run.ExitCode == ExitCodes.Authentication && Error(run) is { } error && error.GetProperty("code").ValueEquals("permission"))
            {
                refused++;
                if (!error.TryGetProperty("need", out JsonElement need) || need.GetArrayLength() == 0)
                {
                    wrong.Add($"{path}: {run.Errors.Trim()}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(refused > 80, $"Only {refused} were refused.");
    }

    private static IEnumerable<(string Path, VerbCommand Command)> Verbs() => HelpTests.Walk()
        .Where(static item => item.Command is VerbCommand { Verb.Calls.Count: > 0 })
        .Select(static item => (item.Path, (VerbCommand)item.Command));

    private static JsonElement Error(CliRun run) =>
        JsonDocument.Parse(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement.GetProperty("error");

    /// <summary>Both servers, and somebody whose tokens may do nothing there.</summary>
    private sealed class Servers(SimulatedCluster cluster, PbsSimulator backups, CliHarness cli) : IAsyncDisposable
    {
        public CliHarness Cli => cli;

        public static async Task<Servers> StartAsync()
        {
            SimulatedCluster cluster = await SimulatedCluster.StillAsync(static more => more.AddToken("demo@pve", "none", Secret));
            PbsSimulator backups = await PbsSimulator.StartAsync(new PbsSimulatorOptions
            {
                Delays = false,
                TaskDuration = TimeSpan.FromMilliseconds(5),
                Scenario = static more =>
                {
                    DefaultBackupServer.Build(more);
                    more.AddToken("demo@pbs", "none", Secret);
                },
            });
            CliHarness cli = new CliHarness().With("NONE", Secret).With("SECRET", "secret-value-of-some-length");
            await AddAsync(cli, "lab", "pve", cluster.Url, cluster.Simulator.Fingerprint);
            await AddAsync(cli, "store", "pbs", backups.Endpoint.GetLeftPart(UriPartial.Authority), backups.Fingerprint);
            cli.Write("cluster.yaml", "prox: 1\n");
            cli.Write("data.txt", "content\n");
            return new Servers(cluster, backups, cli);
        }

        public async ValueTask DisposeAsync()
        {
            cli.Dispose();
            await backups.DisposeAsync();
            await cluster.DisposeAsync();
        }

        private static async Task AddAsync(CliHarness cli, string name, string product, string url, string fingerprint) => (await cli.RunAsync(
            "context", "add", name, url, "--product", product, "--token-id", product == "pve" ? "demo@pve!none" : "demo@pbs!none", "--secret", "env:NONE",
            "--fingerprint", fingerprint)).Succeeded();
    }
}
