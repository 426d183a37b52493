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
        using CliHarness cli = await cluster.UserAsync();

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

    // What differs from run to run: identifiers of tasks and the port of the simulator.
    private static string Steady(string text, SimulatedCluster cluster) =>
        Upid().Replace(text.Replace(new Uri(cluster.Url).Authority, "pve1:8006", StringComparison.Ordinal), "UPID:$1:00001A2B:0003C4D5:6A1B2C3D:$2");

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

    [GeneratedRegex(@"UPID:(\w+):[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:(\w+)")]
    private static partial Regex Upid();
}
