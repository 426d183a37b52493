using System.CommandLine;
using System.Globalization;
using System.Text;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Help;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Derived;

namespace ProxSharp.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> CommandPaths()
    {
        TheoryData<string> paths = [];
        foreach ((string path, Command command) in Walk())
        {
            // Verbs that follow from the schema are recorded together, noun by noun.
            bool isDerived = command is VerbCommand { Verb.IsDerived: true } || (
                command is NounCommand && command.Subcommands.OfType<VerbCommand>().All(static sub => sub.Verb.IsDerived));
            if (!isDerived)
            {
                paths.Add(path);
            }
        }

        return paths;
    }

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Help_OfEveryCommand_IsAsRecorded(string path)
    {
        using CliHarness cli = new();

        CliRun run = await cli.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Snapshot.Match($"help{(path.Length > 0 ? "-" : "")}{path.Replace(' ', '-')}", run.Succeeded());
    }

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Help_OnANarrowTerminal_NeverExceedsItsWidth(string path)
    {
        using CliHarness cli = new() { TerminalWidth = 60 };

        string help = (await cli.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Succeeded();

        // Examples are whole command lines and stay in one piece.
        Assert.All(
            help.Split('\n').Where(static line => !line.StartsWith("  prox ", StringComparison.Ordinal) && !line.StartsWith("  # ", StringComparison.Ordinal)),
            static line => Assert.InRange(line.Length, 0, 60));
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public void Help_OfVerbsFromTheSchema_IsAsRecordedNounByNoun(string noun)
    {
        StringBuilder text = new();
        foreach ((string path, Command command) in Walk().Where(item => item.Path.Split(' ')[0] == noun && item.Command is VerbCommand { Verb.IsDerived: true }))
        {
            using StringWriter help = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
            HelpWriter.Write(command, help, width: null);

            // What all commands have in common is recorded with those that are written by hand.
            text.Append(CultureInfo.InvariantCulture, $"## prox {path}\n\n{help.ToString().Split("\nOptions of every command:")[0].TrimEnd()}\n\n");
        }

        Snapshot.Match($"help-derived/{noun}", text.ToString());
    }

    public static TheoryData<string> Nouns => [.. NounCatalog.All.Select(static noun => noun.Name)];

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Commands_BelowANoun_AreAsRecorded(string noun)
    {
        using CliHarness cli = new();

        string commands = (
            await cli.LineAsync($"commands {noun} --query '[].{{command: command, class: class, calls: calls, arguments: arguments[].name, options: options[].name}}' -o jsonl")).Succeeded();

        Snapshot.Match($"commands-{noun}", commands);
    }

    [Fact]
    public void Commands_All_HaveWordsOfTheirOwn() => Assert.All(Walk().Where(static item => item.Command.Subcommands.Count > 0), static item =>
    {
        IEnumerable<string> words = item.Command.Subcommands.SelectMany(static sub => sub.Aliases.Append(sub.Name));
        Assert.Empty(words.GroupBy(static word => word).Where(static group => group.Count() > 1).Select(group => $"{item.Path} {group.Key}"));
    });

    [Fact]
    public void Commands_All_CoverTheWholeApi()
    {
        HashSet<string> made = [.. Walk().Select(static item => item.Command).OfType<VerbCommand>().SelectMany(static command => command.Verb.Calls)];
        IEnumerable<string> pve = SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment).Endpoints.Select(static endpoint => endpoint.ToString())
            .Except(PathExceptions.Pve);
        IEnumerable<string> pbs = SchemaSource.Embedded(ProxmoxProduct.BackupServer).Endpoints
            .Where(static endpoint => !PathExceptions.IsDataProtocol(endpoint.Path))
            .Select(static endpoint => endpoint.ToString())
            .Except(PathExceptions.Pbs);

        Assert.Empty(pve.Concat(pbs).Except(made));
    }

    [Fact]
    public void Commands_All_HaveADescriptionAndTwoExamples() => Assert.All(Walk(), static item =>
    {
        Assert.False(string.IsNullOrWhiteSpace(item.Command.Description));
        IReadOnlyList<CommandExample> examples = item.Command is ProxCommand command ? command.Examples : CommandTree.Examples;
        Assert.True(examples.Count >= 2, item.Path);
        Assert.All(item.Command.Options, static option => Assert.False(string.IsNullOrWhiteSpace(option.Description)));
        Assert.All(item.Command.Arguments, static argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description)));
    });

    [Fact]
    public void Examples_All_AreUnderstood()
    {
        RootCommand root = Tree();
        IEnumerable<CommandExample> examples = Walk().SelectMany(static item => item.Command is ProxCommand command ? command.Examples : CommandTree.Examples);

        Assert.All(examples, example =>
        {
            ParseResult parse = root.Parse(
                [.. ShellWords.Split(example.Line).TakeWhile(static word => word is not (">" or "<" or "|"))],
                new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(parse.Errors.Count == 0, $"{example.Line}: {string.Join("; ", parse.Errors.Select(static error => error.Message))}");
        });
    }

    public static TheoryData<string> Groups =>
        [.. Walk().Where(static item => item.Command.Subcommands.Count > 0).Select(static item => item.Path)];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Group_CalledAlone_ShowsItsHelp(string path)
    {
        using CliHarness cli = new();

        CliRun alone = await cli.LineAsync(path);

        Assert.Equal((await cli.LineAsync($"{path} --help")).Succeeded(), alone.Succeeded());
        Assert.Empty(alone.Errors);
        Assert.Equal(path.Length > 0, alone.Output.Contains($"prox {path} COMMAND", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Group_CalledAloneForAProgram_ShowsItsHelpToo()
    {
        using CliHarness cli = new();

        Assert.Equal((await cli.LineAsync("ha --help")).Succeeded(), (await cli.LineAsync("ha -o json")).Succeeded());
    }

    internal static RootCommand Tree()
    {
        using CliHarness cli = new();
        return CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System));
    }

    internal static IEnumerable<(string Path, Command Command)> Walk() => Walk("", Tree());

    private static IEnumerable<(string Path, Command Command)> Walk(string path, Command command) =>
        command.Subcommands.SelectMany(sub => Walk($"{path} {sub.Name}".Trim(), sub)).Prepend((path, command));
}
