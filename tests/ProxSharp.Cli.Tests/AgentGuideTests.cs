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

    // What a person types who agrees.
    private const string Target = "staging";

    // The one that the page tells to write.
    private static string Policy => Json().Match(Text()).Groups[1].Value;

    [Fact]
    public async Task Sessions_OfTheGuide_PrintWhatThePageShows()
    {
        string page = Text();
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("ADMIN_PASSWORD", DefaultCluster.RootPassword).With("NO_COLOR", "1");
        cli.Write("policy.json", Policy);
        Session session = new(cli, cluster);
        StringBuilder renewed = new();
        int end = 0;
        foreach (Match block in Console().Matches(page))
        {
            renewed.Append(page, end, block.Index - end).Append("```console\n");
            foreach (string line in block.Groups[1].Value.Split('\n').Where(static line => line.StartsWith("$ ", StringComparison.Ordinal)))
            {
                renewed.Append(line).Append('\n').Append(await session.RunAsync(line["$ ".Length..]));
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
        Assert.Contains(
            cluster.Simulator.Traffic.Requests,
            static request => request.Method == "PUT" && request.Path.EndsWith("/nodes/pve1/qemu/106/resize", StringComparison.Ordinal));
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

    /// <summary>One user who types all lines of the page, in their order.</summary>
    private sealed class Session(CliHarness cli, SimulatedCluster cluster)
    {
        private string _plan = PlanName;

        public async Task<string> RunAsync(string line)
        {
            if (line.Split(' ') is ["install", "-D", "-m", "600", var from, var to])
            {
                string file = to.Replace("~", cli.Home, StringComparison.Ordinal);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.Copy(Path.Combine(cli.Home, from), file);
                return "";
            }

            Assert.StartsWith("prox ", line, StringComparison.Ordinal);
            bool isPerson = line.StartsWith("prox approve ", StringComparison.Ordinal);
            cli.TerminalWidth = isPerson ? 200 : null;
            cli.Input = isPerson ? $"{Target}\n" : "";
            CliRun run = await cli.LineAsync(line["prox ".Length..].Replace(PlanName, _plan, StringComparison.Ordinal)
                .Replace("https://127.0.0.1:8006", cluster.Url, StringComparison.Ordinal)
                .Replace("FINGERPRINT", cluster.Simulator.Fingerprint, StringComparison.Ordinal));
            _plan = Made().Match(run.Output) is { Success: true } match ? match.Groups[1].Value : _plan;
            (string output, string errors) = (Steady(run.Output, _plan), Steady(run.Errors, _plan));
            string shown = isPerson ? $"{errors}{Target}\n{output}" : output + errors;
            string end = run.ExitCode == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"(exit code {run.ExitCode})\n");
            return shown.Replace(cluster.Simulator.Endpoint.Authority, "127.0.0.1:8006", StringComparison.Ordinal)
                .Replace(cli.Home, "~", StringComparison.Ordinal) + end;
        }
    }

    // What differs from run to run: names of plans, digests and times.
    private static string Steady(string text, string plan)
    {
        string steady = text.Replace(plan, PlanName, StringComparison.Ordinal);
        steady = WholeName().Replace(steady, $"{PlanName}...");
        steady = Approver().Replace(steady, "by    alice");
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

    [GeneratedRegex($"{PlanName}[0-9a-f]{{52}}")]
    private static partial Regex WholeName();

    [GeneratedRegex("^by    .*$", RegexOptions.Multiline)]
    private static partial Regex Approver();

    [GeneratedRegex("digest=[0-9a-f]{40}")]
    private static partial Regex Digest();

    [GeneratedRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?Z")]
    private static partial Regex Until();

    [GeneratedRegex("May be removed from [0-9-]+ on")]
    private static partial Regex Purge();

    [GeneratedRegex(@"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(\+00:00|Z)")]
    private static partial Regex Moment();
}
