using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using YamlDotNet.RepresentationModel;

namespace ProxSharp.Cli.Tests;

/// <summary>
/// The agent skill: its format, its generated pages, and every command in it, run against a simulated site: the context <c>lab</c> is a cluster that a
/// policy guards, <c>backup</c> a backup server with the same policy. PLAN, UPID and NUMBER stand for what was printed before; nothing else is replaced.
/// </summary>
public sealed partial class SkillTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"protect":{"tags":["prod"]},"limits":{"mutationsPerHour":100},
         "approval":{"disruptive":"none","destructive":"prompt"}}
        """;

    private static readonly string[] s_generated = ["references/commands.md", "references/errors.md"];

    public static TheoryData<string> Pages => [.. SkillFiles.All.Select(static file => file.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_All_DoWhatTheSkillSays(string page)
    {
        await using Site site = await Site.StartAsync();
        string[] lines = [.. CommandLines(Text(page))];
        Assert.True(lines.Length > 0 || s_generated.Contains(page), page);

        foreach (string line in lines)
        {
            int expected = ExpectedExit().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            CliRun run = await site.RunAsync(ExpectedExit().Replace(line, ""));
            Assert.True(run.ExitCode == expected, $"{line}\nended with {run.ExitCode} instead of {expected}: {run.Errors}");
        }
    }

    [Fact]
    public void Format_FrontMatter_FollowsTheAgentSkillsFormat()
    {
        YamlMappingNode root = Front();

        Assert.Equal(SkillFiles.Name, (string?)root["name"]);
        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", (string)root["name"]!);
        Assert.InRange(((string?)root["description"])!.Length, 1, 1024);
        Assert.Contains("Use when", (string?)root["description"], StringComparison.Ordinal);
        Assert.InRange(((string?)root["compatibility"])!.Length, 1, 500);
        Assert.All(
            root.Children.Keys, static key => Assert.Contains((string?)key, new[] { "name", "description", "license", "compatibility", "metadata", "allowed-tools" }));
        Assert.InRange(Text("SKILL.md").Split('\n').Length, 1, 250);
    }

    [Fact]
    public void Format_OpenClaw_DeclaresProgramAndEveryVariable()
    {
        YamlMappingNode openClaw = (YamlMappingNode)Front()["metadata"]["openclaw"];

        Assert.Equal(["prox"], ((YamlSequenceNode)openClaw["requires"]["anyBins"]).Select(static bin => (string?)bin));
        Assert.False(((YamlMappingNode)openClaw["requires"]).Children.ContainsKey("env"));
        Assert.All((YamlSequenceNode)openClaw["envVars"], static variable => Assert.Equal("false", (string?)variable["required"]));
        Assert.Equal(
            Help.HelpWriter.Variables.Select(static variable => variable.Label).Where(static name => name.StartsWith("PROX_", StringComparison.Ordinal)).Order(),
            ((YamlSequenceNode)openClaw["envVars"]).Select(static variable => (string)variable["name"]!).Order());
    }

    [Fact]
    public void References_All_AreNamedWithWhenToReadThem()
    {
        string text = Text("SKILL.md");
        foreach ((string path, string page) in SkillFiles.All.Where(static file => file.Path != "SKILL.md"))
        {
            Assert.Matches($@"\({Regex.Escape(path)}\): read when ", text);
            Assert.Contains("Read when ", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ExitCodes_Table_NamesEveryCode() =>
        Assert.All(Errors.ExitCodes.All, code => Assert.Contains($"| {code.Code} |", Text("SKILL.md"), StringComparison.Ordinal));

    [Fact]
    public void Commands_Page_IsCurrent() => Current("commands.md", WriteCommands());

    [Fact]
    public void Errors_Page_IsCurrent() => Current("errors.md", WriteErrors());

    [Fact]
    public void Errors_Catalogue_KnowsEveryCodeOfTheProgram()
    {
        string source = Path.Combine(Root(), "src", "ProxSharp.Cli");
        IEnumerable<string> used = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .SelectMany(static file => CodeLiteral().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value));

        Assert.Empty(used.Distinct().Except(ErrorCatalogue.All.Select(static error => error.Code)));
    }

    private static string WriteCommands()
    {
        using CliHarness cli = new();
        RootCommand root = CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System));
        StringBuilder text = new(
            "# Commands\n\nRead when you need a command that is not in the skill. Written from the program: `prox COMMAND --help` explains one, "
            + "`prox commands NOUN -o json` lists them with their arguments.\n");
        foreach (Command top in root.Subcommands.Where(static sub => !sub.Hidden))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- **{top.Name}**: {top.Description}\n");
            foreach ((string path, IEnumerable<string> verbs) in Groups(top.Name, top))
            {
                text.Append(CultureInfo.InvariantCulture, $"  - `{path}`: {string.Join(", ", verbs)}\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Path, IEnumerable<string> Verbs)> Groups(string path, Command command)
    {
        Command[] leaves = [.. command.Subcommands.Where(static sub => !sub.Hidden && sub.Subcommands.Count == 0)];
        IEnumerable<(string, IEnumerable<string>)> own = leaves.Length > 0 ? [(path, leaves.Select(static leaf => leaf.Name))] : [];
        return own.Concat(command.Subcommands.Where(static sub => sub.Subcommands.Count > 0).SelectMany(sub => Groups($"{path} {sub.Name}", sub)));
    }

    private static string WriteErrors()
    {
        StringBuilder text = new("# Errors\n\nRead when an error has a `code` you do not know.\n\n| exit code | meaning |\n| --- | --- |\n");
        foreach ((int code, string meaning) in Errors.ExitCodes.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        }

        text.Append("\n| `code` | exit code | meaning |\n| --- | --- | --- |\n");
        foreach ((string code, string exit, string meaning) in ErrorCatalogue.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{code}` | {exit} | {meaning} |\n");
        }

        return text.ToString();
    }

    private static void Current(string name, string expected)
    {
        string file = Path.Combine(Root(), "skills", "proxmox", "references", name);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, expected);
        }

        Assert.Equal(expected, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string Root([CallerFilePath] string path = "")
    {
        DirectoryInfo? folder = new(Directory.Exists(Path.GetDirectoryName(path)) ? Path.GetDirectoryName(path)! : AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "roadmap.md")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The repository was not found.");
    }

    private static YamlMappingNode Front()
    {
        Match front = FrontMatter().Match(Text("SKILL.md"));
        Assert.True(front.Success);
        YamlStream yaml = [];
        yaml.Load(new StringReader(front.Groups[1].Value));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string Text(string page) => SkillFiles.All.Single(file => file.Path == page).Text;

    private static IEnumerable<string> CommandLines(string text) => Blocks().Matches(text)
        .SelectMany(static block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>A site with a cluster and a backup server, both guarded, and what was printed last.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly SimulatedCluster _cluster = new();
        private readonly SimulatedBackupServer _backup = new();
        private CliHarness? _cli;
        private string _plan = "PLAN";
        private string _upid = "UPID";

        public static async Task<Site> StartAsync()
        {
            Site site = new();
            await site._cluster.InitializeAsync();
            await site._backup.InitializeAsync();
            CliHarness cli = site._cli = await site._cluster.UserAsync();
            await site._backup.UseAsync(cli, "backup");
            (await cli.LineAsync("context use lab")).Succeeded();
            site._upid = await site.StartedAsync();
            cli.Guard("lab", Policy);
            cli.Guard("backup", Policy);
            return site;
        }

        public async Task<CliRun> RunAsync(string line)
        {
            string[] words = [.. ShellWords.Split(line)];
            Assert.True(words[0] is "prox" or "prox-ro", line);
            _cli!.IsReadOnlyName = words[0] == "prox-ro";

            // What administrators do is done where no policy is.
            bool isAdministration = line.StartsWith("prox agent token", StringComparison.Ordinal);
            string policy = Path.Combine(_cli.StateOf("backup"), "policy.json");
            if (isAdministration)
            {
                File.Delete(policy);
            }

            CliRun run = await _cli.RunAsync([.. words[1..].Select(Filled)]);
            _plan = PlanName().Match(run.Output) is { Success: true } match ? match.Groups[1].Value : _plan;
            if (isAdministration)
            {
                _cli.Guard("backup", Policy);
            }

            return run;
        }

        public async ValueTask DisposeAsync()
        {
            _cli?.Dispose();
            await _cluster.DisposeAsync();
            await _backup.DisposeAsync();
        }

        private string Filled(string word) => word switch
        {
            "PLAN" => _plan,
            "UPID" => _upid,
            "NUMBER" => Number(),
            _ => word,
        };

        private string Number() => new Operations.Ledgers.Ledger(_cli!.StateOf("lab")).List()
            .First(static entry => entry.Kind == "outcome").Number.ToString(CultureInfo.InvariantCulture);

        private async Task<string> StartedAsync() =>
            (await _cli!.LineAsync("api create /nodes/pve1/qemu/100/snapshot snapname=earlier --wait")).Succeeded().Trim().Split('\n')[0].Trim('"');
    }

    [GeneratedRegex(@"^---\n(.*?)\n---\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\s+# exit (\d+)$")]
    private static partial Regex ExpectedExit();

    [GeneratedRegex(@"^plan ([0-9a-f]{12}) ", RegexOptions.Multiline)]
    private static partial Regex PlanName();

    [GeneratedRegex(@"Code = ""([a-z_]+)""")]
    private static partial Regex CodeLiteral();
}
