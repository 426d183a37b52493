using System.CommandLine;
using System.Globalization;
using System.Text;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Derived;

namespace ProxSharp.Cli.Tests;

/// <summary>
/// What every command that follows from the schema prints as a table, as JSON and as YAML, what those that change something send, and how they end: recorded
/// noun by noun in <c>Snapshots/output</c>. The command line is the first example of the help; the server answers what the schema declares.
/// </summary>
public sealed class DerivedOutputTests
{
    // The whole tree takes long to make.
    private static readonly Lazy<IReadOnlyList<(string Path, Command Command)>> s_tree = new(static () => [.. HelpTests.Walk()]);

    // The tool itself looks up there where things are, so that the server answers it in any case.
    private const string LookUp = "cluster resources";

    public static TheoryData<string> Nouns => [.. Derived().Select(static item => item.Path.Split(' ')[0]).Distinct()];

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Output_OfACommandFromTheSchema_IsAsRecorded(string noun)
    {
        await using DerivedCommandRuns runs = await DerivedCommandRuns.StartAsync();
        StringBuilder text = new();
        foreach ((string path, VerbCommand command) in Derived().Where(item => item.Path.Split(' ')[0] == noun))
        {
            text.Append(await runs.RecordAsync(path, command));
        }

        Snapshot.Match(Name(noun), text.ToString());
        Assert.True(runs.Faults.Count == 0, string.Join('\n', runs.Faults));
    }

    [Fact]
    public async Task Refusal_OfACommandFromTheSchema_EndsWithItsExitCode()
    {
        (int Status, string Text, int ExitCode)[] refusals =
        [
            (403, "Permission check failed (/vms/100, VM.Audit)", 4), (404, "it is not there", 5), (500, "it went wrong", 1), (401, "authentication failure", 4),
        ];
        await using DerivedCommandRuns runs = await DerivedCommandRuns.StartAsync();
        foreach ((int index, (string path, VerbCommand command)) in Derived().Where(static item => item.Path != LookUp).Index())
        {
            (int status, string reason, int exitCode) = refusals[index % refusals.Length];
            await runs.FailAsync(path, command, status, reason, exitCode);
        }

        Assert.True(runs.Faults.Count == 0, string.Join('\n', runs.Faults));
    }

    [Fact]
    public void Records_CoverEveryCommandOfTheTree()
    {
        HashSet<string> derived = [.. Derived().Select(static item => item.Path)];
        HashSet<string> recorded =
        [
            .. Nouns.SelectMany(static row => Snapshot.Read(Name(row.Data)).Split('\n'))
                .Where(static line => line.StartsWith(DerivedCommandRuns.Heading, StringComparison.Ordinal))
                .Select(static line => line[DerivedCommandRuns.Heading.Length..]),
        ];
        string[] all = [.. s_tree.Value.Where(static item => item.Command.Subcommands.Count == 0).Select(static item => item.Path)];

        Assert.Equal(derived.Order(StringComparer.Ordinal), recorded.Order(StringComparer.Ordinal));
        Assert.Empty(all.Except(recorded).Except(OutputSnapshotTests.Covered));
        Assert.Empty(recorded.Intersect(OutputSnapshotTests.Covered));
    }

    private static string Name(string noun) => string.Create(CultureInfo.InvariantCulture, $"output/derived-{noun}");

    private static IEnumerable<(string Path, VerbCommand Command)> Derived() => s_tree.Value
        .Where(static item => item.Command is VerbCommand { Verb.IsDerived: true })
        .Select(static item => (item.Path, (VerbCommand)item.Command));
}
