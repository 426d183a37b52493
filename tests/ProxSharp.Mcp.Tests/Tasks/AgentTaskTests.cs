using System.Globalization;
using System.Text;

namespace ProxSharp.Mcp.Tests.Tasks;

/// <summary>What tasks cost, in calls and in tokens, is held against a table that people can read; it is written anew with UPDATE_SNAPSHOTS=1.</summary>
public sealed class AgentTaskTests
{
    private const int MostCalls = 10;
    private const int MostTokens = 6000;
    private const double Tolerance = 0.15;

    private static readonly string s_path = Path.Combine(Root(), "docs", "agents", "tasks.md");

    [Fact]
    public async Task Tasks_AllTen_StayWithinTheirBudget()
    {
        List<(string Task, int Calls, int Tokens, int Both)> costs = [];
        foreach ((string name, Func<AgentSession, Conversation, Task> run) in AgentTasks.All)
        {
            await using AgentSession session = await AgentSession.StartAsync(RichSite.Options);
            await RichSite.FailBackupAsync(session);
            Conversation talk = new(session);
            await run(session, talk);
            TestContext.Current.TestOutputHelper!.WriteLine($"=== {name}: {talk.Calls} calls, {talk.Tokens} tokens, {talk.TokensOfBoth} with both forms\n{talk.Transcript}");
            costs.Add((name, talk.Calls, talk.Tokens, talk.TokensOfBoth));
        }

        Assert.Equal(10, costs.Count);
        Assert.All(costs, static cost => Assert.InRange(cost.Calls, 1, MostCalls));
        Assert.All(costs, static cost => Assert.InRange(cost.Both, 1, MostTokens));
        string table = Table(costs);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(s_path, table, TestContext.Current.CancellationToken);
        }

        Compare(await File.ReadAllLinesAsync(s_path, TestContext.Current.CancellationToken), costs);
    }

    // Times and task ids are new in each run, so counts of tokens differ a little; calls do not.
    private static void Compare(string[] lines, List<(string Task, int Calls, int Tokens, int Both)> costs)
    {
        foreach ((string task, int calls, int tokens, int both) in costs)
        {
            string line = Assert.Single(lines, line => line.StartsWith($"| {task} |", StringComparison.Ordinal));
            int[] known = [.. line.Split('|').Skip(2).Take(3).Select(static cell => int.Parse(cell, CultureInfo.InvariantCulture))];
            Assert.Equal(known[0], calls);
            Assert.InRange(tokens, known[1] * (1 - Tolerance), known[1] * (1 + Tolerance));
            Assert.InRange(both, known[2] * (1 - Tolerance), known[2] * (1 + Tolerance));
        }
    }

    private static string Table(List<(string Task, int Calls, int Tokens, int Both)> costs)
    {
        StringBuilder text = new("""
            # What tasks cost an agent

            Ten tasks as conversations between the official client and `prox mcp`, before a simulated site of three nodes, twenty guests and a backup server.
            Tokens are those of the encoding o200k_base, of the arguments of all calls and of all answers, rounded to ten; the list of tools is not counted.
            Each answer comes as text and as an object. Programs show a model one of them, some both. The goals are 10 calls and 6,000 tokens, both forms counted.
            A test makes these conversations and compares; `UPDATE_SNAPSHOTS=1` writes the table anew.

            | task | calls | tokens, text | tokens, both forms |
            |---|---:|---:|---:|

            """.ReplaceLineEndings("\n"));
        foreach ((string task, int calls, int tokens, int both) in costs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {task} | {calls} | {Rounded(tokens)} | {Rounded(both)} |\n");
        }

        return text.ToString();
    }

    private static int Rounded(int count) => (int)(Math.Round(count / 10.0) * 10);

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
