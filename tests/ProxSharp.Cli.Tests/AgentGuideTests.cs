using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Operations.Policies;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>docs/guide/agents.md: its sessions run here, its policies are read; with <c>UPDATE_SNAPSHOTS=1</c> what is printed is written into the page.</summary>
public sealed partial class AgentGuideTests
{
    private const string PlanName = "3f9c2b7a1d05";

    // The one that the page tells to write.
    private static string Policy => Json().Match(Text()).Groups[1].Value;

    [Fact]
    public async Task Sessions_OfTheGuide_PrintWhatThePageShows()
    {
        string page = Text();
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await SiteAsync(cluster);
        string plan = PlanName;
        StringBuilder renewed = new();
        int end = 0;
        foreach (Match block in Console().Matches(page))
        {
            renewed.Append(page, end, block.Index - end).Append("```console\n");
            foreach (string line in block.Groups[1].Value.Split('\n').Where(static line => line.StartsWith("$ prox ", StringComparison.Ordinal)))
            {
                // An administrator's context is not the agent's.
                bool isAdministration = line.Contains("--context admin", StringComparison.Ordinal);
                string policy = Path.Combine(cli.StateOf("lab"), "policy.json");
                if (isAdministration)
                {
                    File.Delete(policy);
                }

                CliRun run = await cli.LineAsync(line["$ prox ".Length..].Replace(PlanName, plan, StringComparison.Ordinal));
                cli.Guard("lab", Policy);
                plan = Made().Match(run.Output) is { Success: true } match ? match.Groups[1].Value : plan;
                renewed.Append(line).Append('\n').Append(Steady(run.Output, plan)).Append(Steady(run.Errors, plan));
                if (run.ExitCode != 0)
                {
                    renewed.Append(CultureInfo.InvariantCulture, $"(exit code {run.ExitCode})\n");
                }
            }

            renewed.Append("```\n");
            end = block.Index + block.Length;
        }

        renewed.Append(page, end, page.Length - end);
        bool updates = Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1";
        if (updates)
        {
            await File.WriteAllTextAsync(Page(), renewed.ToString(), TestContext.Current.CancellationToken);
        }

        Assert.True(end > 0);
        Assert.Equal(updates ? renewed.ToString() : page, renewed.ToString());
    }

    [Fact]
    public void Policies_OfTheGuide_AreUnderstood()
    {
        MatchCollection policies = Json().Matches(Text());
        Assert.True(policies.Count >= 2);
        Assert.All(policies, static policy => GuardPolicy.Parse(policy.Groups[1].Value));
    }

    [Theory]
    [InlineData("allow.classes", "allow.pools", "allow.tags", "allow.nodes", "allow.vmids", "protect.tags", "protect.pools", "protect.vmids")]
    [InlineData("limits.targetsPerPlan", "limits.mutationsPerHour", "limits.concurrentTasks", "limits.planMinutes", "exec.enabled", "exec.templates", "approvers")]
    [InlineData("approval.reversible", "approval.disruptive", "approval.destructive", "approval.privileged", "approval.exec", "version")]
    [InlineData("none", "elicitation", "elicitation-url", "prompt", "second-principal")]
    public void Reference_OfThePolicy_NamesEveryKeyAndWord(params string[] words) =>
        Assert.All(words, static word => Assert.Contains($"`{word}`", Text(), StringComparison.Ordinal));

    [Fact]
    public void Reference_OfThePolicy_NamesTheDefaults()
    {
        string text = Text();
        GuardPolicy policy = GuardPolicy.ReadOnly;
        Assert.Contains($"| `limits.targetsPerPlan` | {policy.TargetsPerPlan} |", text, StringComparison.Ordinal);
        Assert.Contains($"| `limits.mutationsPerHour` | {policy.MutationsPerHour} |", text, StringComparison.Ordinal);
        Assert.Contains($"| `limits.concurrentTasks` | {policy.ConcurrentTasks} |", text, StringComparison.Ordinal);
        Assert.Contains($"| `limits.planMinutes` | {Lifetime.TotalMinutes} |", text, StringComparison.Ordinal);
    }

    private static TimeSpan Lifetime => new Operations.GuardOptions { Context = "", PolicyPath = "", StateFolder = "" }.PlanLifetime;

    private static async Task<CliHarness> SiteAsync(SimulatedCluster cluster)
    {
        CliHarness cli = await cluster.UserAsync();
        cli.With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", "admin", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint)).Succeeded();
        cli.Guard("lab", Policy);
        cli.Write("policy.json", Policy);
        return cli;
    }

    // What differs from run to run: names of plans, digests and times.
    private static string Steady(string text, string plan)
    {
        string steady = text.Replace(plan, PlanName, StringComparison.Ordinal);
        steady = Digest().Replace(steady, "digest=5a1e...");
        steady = Until().Replace(steady, "2026-03-01 12:10Z").Replace("frozen until 2026-03-01 12:10Z", "frozen until 2026-03-01 14:10Z", StringComparison.Ordinal);
        steady = Purge().Replace(steady, "May be removed from 2026-03-31 on");
        return Moment().Replace(steady, "2026-03-01T14:10:00+00:00");
    }

    private static string Text() => File.ReadAllText(Page()).ReplaceLineEndings("\n");

    private static string Page([CallerFilePath] string path = "")
    {
        DirectoryInfo? folder = new(Directory.Exists(Path.GetDirectoryName(path)) ? Path.GetDirectoryName(path)! : AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "roadmap.md")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("The documents were not found."), "docs", "guide", "agents.md");
    }

    [GeneratedRegex(@"```console\n(.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Console();

    [GeneratedRegex(@"```json\n(.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Json();

    [GeneratedRegex(@"^plan ([0-9a-f]{12}) ", RegexOptions.Multiline)]
    private static partial Regex Made();

    [GeneratedRegex("digest=[0-9a-f]{40}")]
    private static partial Regex Digest();

    [GeneratedRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?Z")]
    private static partial Regex Until();

    [GeneratedRegex("May be removed from [0-9-]+ on")]
    private static partial Regex Purge();

    [GeneratedRegex(@"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(\+00:00|Z)")]
    private static partial Regex Moment();
}
