using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What every command that was written by hand prints as a table, as JSON and as YAML, and how it ends: recorded in <c>Snapshots/output</c>.</summary>
public sealed partial class OutputSnapshotTests
{
    private static readonly string[] s_formats = ["table", "json", "yaml"];

    /// <summary>Commands whose output is something else than a result, or differs from run to run; other tests are about them.</summary>
    private static readonly Dictionary<string, string> s_elsewhere = new(StringComparer.Ordinal)
    {
        ["demo"] = "DemoTests",
        ["simulate"] = "SimulateTests",
        ["top"] = "TopTests: a screen",
        ["events"] = "LiveVerbTests: goes on until it is stopped",
        ["vm chart"] = "LiveVerbTests: a picture of figures that grow",
        ["ct chart"] = "LiveVerbTests: a picture of figures that grow",
        ["node chart"] = "LiveVerbTests: a picture of figures that grow",
        ["storage chart"] = "LiveVerbTests: a picture of figures that grow",
        ["datastore chart"] = "PictureTests: a picture of figures that grow",
        ["pbs node chart"] = "PictureTests: a picture of figures that grow",
        ["vm console"] = "ConsoleVerbTests",
        ["ct console"] = "ConsoleVerbTests",
        ["console"] = "ConsoleVerbTests",
        ["spice"] = "ConsoleVerbTests: a file with a ticket",
        ["login"] = "LoginCommandTests, InteractionTests: a conversation",
        ["secret set"] = "ContextCommandTests: asks for a secret",
        ["secret delete"] = "ContextCommandTests: the keyring of this machine",
        ["mcp"] = "McpCommandTests: a protocol",
        ["vnc"] = "VncVerbTests",
        ["agent install"] = "AgentSetupTests: files of other programs",
        ["agent guide"] = "AgentSetupTests: a page",
        ["agent token create"] = "AgentSetupTests: a secret",
        ["plan create"] = "PlanVerbTests: a plan of this moment",
        ["plan show"] = "PlanVerbTests: a plan of this moment",
        ["plan apply"] = "PlanVerbTests: a plan of this moment",
        ["plan discard"] = "PlanVerbTests: a plan of this moment",
        ["approve"] = "PlanVerbTests: a plan of this moment",
        ["undo"] = "PlanVerbTests: a plan of this moment",
        ["retire"] = "PlanVerbTests: a plan of this moment",
        ["retired list"] = "RetiredVerbTests: days that depend on this one",
        ["retired purge"] = "RetiredVerbTests: a plan of this moment",
        ["audit show"] = "PlanVerbTests: an entry of this moment",
        ["policy check"] = "PlanVerbTests",
        ["policy new-key"] = "PlanVerbTests: a key of chance",
        ["complete"] = "CompletionTests",
        ["completion"] = "CompletionTests: a script",
        ["man"] = "LiveVerbTests: pages",
        ["help"] = "LiveVerbTests: topics",
        ["backup benchmark"] = "BackupVerbTests: figures of this machine",
        ["backup key paper"] = "BackupVerbTests: a page to print",
        ["backup-job run"] = "BackupJobRunTests: jobs are an administrator's",
        ["backup key create-master"] = "BackupVerbTests: keys of chance",
        ["backup key import-master"] = "BackupVerbTests: keys of chance",
        ["backup key recover"] = "BackupVerbTests: keys of chance",
    };

    /// <summary>The commands that are recorded here, or have tests of their own.</summary>
    internal static IEnumerable<string> Covered => OutputSamples.Commands.Concat(s_elsewhere.Keys);

    [Theory]
    [MemberData(nameof(OutputSamples.All), MemberType = typeof(OutputSamples))]
    public async Task Output_OfACommandWrittenByHand_IsAsRecorded(string command, string arguments, string[] before)
    {
        StringBuilder text = new();
        foreach (string format in s_formats)
        {
            await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
            await using SimulatedBackupServer backups = await StartAsync(command.StartsWith("backup ", StringComparison.Ordinal));
            using CliHarness cli = await UserAsync(cluster, backups);
            string upid = await PrepareAsync(cli, before);
            string line = $"{command} -o {format} {arguments.Replace("{upid}", upid, StringComparison.Ordinal)}".TrimEnd();
            CliRun run = await cli.LineAsync(line);
            string end = run.ExitCode == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"(exit code {run.ExitCode})\n");
            text.Append(Steady($"$ prox {line}\n{run.Output}{run.Errors}{end}\n", cli, cluster, backups));
        }

        Snapshot.Match($"output/{command.Replace(' ', '-')}", text.ToString());
    }

    [Fact]
    public void Samples_CoverEveryCommandWrittenByHand()
    {
        string[] written =
        [
            .. HelpTests.Walk()
                .Where(static item => item.Command is ProxCommand { Subcommands.Count: 0 } and not VerbCommand { Verb.IsDerived: true })
                .Select(static item => item.Path),
        ];
        HashSet<string> covered = [.. OutputSamples.Commands, .. s_elsewhere.Keys];

        Assert.Empty(written.Where(static path => path.Length > 0).Except(covered));
        Assert.Empty(covered.Except(written));
        Assert.Empty(OutputSamples.Commands.Intersect(s_elsewhere.Keys));
    }

    private static async Task<SimulatedBackupServer> StartAsync(bool isNeeded)
    {
        SimulatedBackupServer backups = new();
        if (isNeeded)
        {
            await backups.InitializeAsync();
        }

        return backups;
    }

    private static async Task<CliHarness> UserAsync(SimulatedCluster cluster, SimulatedBackupServer backups)
    {
        CliHarness cli = await cluster.UserAsync();
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", "etc"));
        foreach ((string name, string content) in new[] { ("etc/hosts", "127.0.0.1 localhost\n"), ("etc/fstab", "/dev/sda / ext4\n"), ("notes", "one\n") })
        {
            string path = Path.Combine(cli.Home, "tree", name);
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        }

        cli.Write("pools.yaml", "prox: 1\npools:\n  - {poolid: production, comment: other}\n  - {poolid: fresh, comment: new}\n");
        if (backups.IsStarted)
        {
            cli.With("PBS_REPOSITORY", $"{DefaultBackupServer.TokenId}@{backups.Simulator.Endpoint.Host}:{backups.Simulator.Endpoint.Port}:store1")
                .With("PBS_PASSWORD", DefaultBackupServer.TokenSecret)
                .With("PBS_FINGERPRINT", backups.Simulator.Fingerprint);
        }

        return cli;
    }

    private static async Task<string> PrepareAsync(CliHarness cli, string[] lines)
    {
        string upid = "";
        foreach (string line in lines)
        {
            string output = (await cli.LineAsync(line.Replace("{upid}", upid, StringComparison.Ordinal))).Succeeded().Trim();
            upid = output.StartsWith("UPID:", StringComparison.Ordinal) ? output : upid;
        }

        return upid;
    }

    // What differs from run to run: identifiers of tasks, times, digests, ports, folders.
    private static string Steady(string text, CliHarness cli, SimulatedCluster cluster, SimulatedBackupServer backups)
    {
        text = text.Replace(cli.Home, "/home/me", StringComparison.Ordinal)
            .Replace(new Uri(cluster.Url).Authority, "pve1:8006", StringComparison.Ordinal)
            .Replace($"'{cluster.Simulator.Fingerprint}'", "FINGERPRINT", StringComparison.Ordinal)
            .Replace(cluster.Simulator.Fingerprint, "FINGERPRINT", StringComparison.Ordinal);
        if (backups.IsStarted)
        {
            text = text.Replace(backups.Simulator.Endpoint.Authority, "pbs1:8007", StringComparison.Ordinal);
        }

        text = Upid().Replace(text, "UPID:$1:00001A2B:0003C4D5:6A1B2C3D:$2");
        text = Digest().Replace(text, "0123456789abcdef0123456789abcdef01234567");
        text = Moment().Replace(text, match => match.Value[10] == 'T' ? "2026-01-31T12:00:00Z" : match.Length < 19 ? "2026-01-31 12:00" : "2026-01-31 12:00:00");
        text = Fingerprint().Replace(text, "00:11:22:33:44:55:66:77");
        text = Read().Replace(text, "500 B read");
        return Duration().Replace(Epoch().Replace(text, "1769860800"), "0.1 s");
    }

    [GeneratedRegex(@"UPID:(\w+):[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:(\w+)")]
    private static partial Regex Upid();

    [GeneratedRegex("(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")]
    private static partial Regex Digest();

    [GeneratedRegex(@"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b\d+ B read\b")]
    private static partial Regex Read();

    [GeneratedRegex(@"\b1[789]\d{8}\b")]
    private static partial Regex Epoch();

    // YAML puts quotes around what begins like a number.
    [GeneratedRegex(@"'?\b(?:[0-9a-f]{2}:){7,31}[0-9a-f]{2}\b'?")]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"\b\d+(?:\.\d+)? ?(?:ms|s)\b")]
    private static partial Regex Duration();
}
