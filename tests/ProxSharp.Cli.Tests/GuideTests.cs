using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The sessions of docs/guide/cli.md run here; with <c>UPDATE_SNAPSHOTS=1</c> what they print is written into the page.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public async Task Sessions_OfTheGuide_PrintWhatThePageShows()
    {
        string file = Page();
        string page = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        await using SimulatedBackupServer backups = new();
        await backups.InitializeAsync();
        using CliHarness cli = await cluster.UserAsync();
        await backups.UseAsync(cli, "backups");
        (await cli.LineAsync("context use lab")).Succeeded();
        foreach (Match sample in Sample().Matches(page))
        {
            cli.Write(sample.Groups[1].Value, sample.Groups[2].Value);
        }

        StringBuilder renewed = new();
        int end = 0;
        foreach (Match block in Console().Matches(page))
        {
            renewed.Append(page, end, block.Index - end).Append("```console\n");
            foreach (string line in block.Groups[1].Value.Split('\n').Where(static line => line.StartsWith("$ prox ", StringComparison.Ordinal)))
            {
                CliRun run = await cli.LineAsync(line["$ prox ".Length..]);
                renewed.Append(line).Append('\n').Append(Steady(run.Output, cluster)).Append(Steady(run.Errors, cluster));
                if (run.ExitCode != 0)
                {
                    renewed.Append(System.Globalization.CultureInfo.InvariantCulture, $"(exit code {run.ExitCode})\n");
                }
            }

            renewed.Append("```\n");
            end = block.Index + block.Length;
        }

        renewed.Append(page, end, page.Length - end);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(file, renewed.ToString(), TestContext.Current.CancellationToken);
        }

        Assert.True(end > 0);
        Assert.Equal(page, Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" ? page : renewed.ToString());
    }

    [Fact]
    public async Task Sessions_OfTheGuide_CoverTheMainNouns()
    {
        string page = await File.ReadAllTextAsync(Page(), TestContext.Current.CancellationToken);
        string sessions = string.Concat(Console().Matches(page.ReplaceLineEndings("\n")).Select(static block => block.Value));

        Assert.All(
            (string[])["vm", "ct", "guest", "node", "storage", "task", "pool", "cluster", "access", "ha", "firewall", "backup-job", "backup", "datastore", "pbs", "api",
                "explain", "diff", "apply", "commands"],
            noun => Assert.Contains($"$ prox {noun} ", sessions, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Table_OfDailyTasks_NamesCommandsAndCallsThatExist()
    {
        string page = (await File.ReadAllTextAsync(Page(), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        string[][] rows =
        [
            .. page[page.IndexOf("| task | prox |", StringComparison.Ordinal)..].Split('\n').TakeWhile(static line => line.StartsWith("| ", StringComparison.Ordinal)
                || line.StartsWith("|---", StringComparison.Ordinal)).Skip(2).Select(static line => line.Trim('|', ' ').Split(" | ")),
        ];
        System.CommandLine.RootCommand root = HelpTests.Tree();

        Assert.Equal(20, rows.Length);
        Assert.All(rows, row =>
        {
            Assert.Equal(4, row.Length);
            string[] commands = [.. row[1].Split(", then ").Select(static part => Code().Match(part).Groups[1].Value)];
            Assert.All(commands, command =>
            {
                Assert.StartsWith("prox ", command, StringComparison.Ordinal);
                Assert.Empty(root.Parse(
                    [.. ShellWords.Split(command["prox ".Length..])], new System.CommandLine.ParserConfiguration { ResponseFileTokenReplacer = null }).Errors);
            });
            if (Code().Match(row[2]).Groups[1].Value is { } call && call.StartsWith("pvesh ", StringComparison.Ordinal))
            {
                AssertCall(call.Split(' '));
            }
        });
    }

    private static void AssertCall(string[] words)
    {
        ProxSharp.Api.ApiMethod method = words[1] switch
        {
            "get" => ProxSharp.Api.ApiMethod.Get,
            "create" => ProxSharp.Api.ApiMethod.Post,
            "set" => ProxSharp.Api.ApiMethod.Put,
            _ => ProxSharp.Api.ApiMethod.Delete,
        };
        Assert.True(Schema.SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment).TryMatch(method, words[2], out ProxSharp.Schema.ApiMatch? match), words[2]);
        Assert.All(
            words[3..].Where(static word => word.StartsWith("--", StringComparison.Ordinal) && word != "--output-format"),
            option => Assert.Contains(option[2..], match!.Endpoint.Parameters.Keys));
    }

    // What differs from run to run: identifiers of tasks, times, digests and the port of the simulator.
    private static string Steady(string text, SimulatedCluster cluster)
    {
        string named = text.Replace(new Uri(cluster.Url).Authority, "pve1:8006", StringComparison.Ordinal);
        return Digest().Replace(Moment().Replace(Upid().Replace(named, "UPID:$1:00001A2B:0003C4D5:6A1B2C3D:$2"), "2026-01-31 12:00:00"), "digest=...");
    }

    private static string Page([CallerFilePath] string path = "")
    {
        DirectoryInfo? folder = Directory.Exists(Path.GetDirectoryName(path))
            ? new DirectoryInfo(Path.GetDirectoryName(path)!)
            : new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "guide", "cli.md")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("The guide was not found."), "docs", "guide", "cli.md");
    }

    [GeneratedRegex(@"^```console\n(.*?)^```\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Console();

    [GeneratedRegex(@"^```yaml\n# (\S+\.yaml)\n(.*?)^```\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex("^`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex Moment();

    [GeneratedRegex("digest=[0-9a-f]{40}")]
    private static partial Regex Digest();

    [GeneratedRegex(@"UPID:(\w+):[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:(\w+)")]
    private static partial Regex Upid();
}
