using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Tests;

/// <summary>Options in front of the command, between its words and behind it.</summary>
public sealed class FrontOptionTests(SimulatedCluster cluster, SimulatedBackupServer backups)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("-c other vm list web-1 -o name")]
    [InlineData("--context other -o name vm list web-1")]
    [InlineData("-o name --context=other vm list web-1")]
    [InlineData("-o name vm -c other list web-1")]
    [InlineData("vm list web-1 -o name -c other")]
    public async Task Context_WhereverItStands_IsUsed(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        await cluster.UseAsync(cli, "other");
        (await cli.LineAsync("context add broken https://127.0.0.1:9 --token-id a@pam!b --secret env:NOWHERE --use")).Succeeded();

        Assert.Equal("100\n", (await cli.LineAsync(line)).Succeeded());
    }

    [Theory]
    [InlineData("-c nosuch vm list", "There is no context 'nosuch'")]
    [InlineData("-c lab", "'-c'")]
    [InlineData("-c lab version", "'-c'")]
    [InlineData("--yes vm list", "")]
    public async Task Front_WhatCannotBe_IsUsageError(string line, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(message, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list -c lab", "vm list -c lab")]
    [InlineData("vm list --all -c lab", "vm list --all -c lab")]
    [InlineData("-c lab vm list", "vm list -c lab")]
    [InlineData("vm -c lab migrate 101 104 pve1 --online", "vm migrate 101 104 pve1 -c lab --online")]
    [InlineData("--no-header -c lab --sort -mem vm list", "vm list --no-header -c lab --sort -mem")]
    [InlineData("--context=lab top", "top --context=lab")]
    [InlineData("-clab -ojson backup root.pxar:/", "backup root.pxar:/ -clab -ojson")]
    [InlineData("backup -o json key -c lab paperkey k.json --kdf none", "backup key paperkey k.json -o json -c lab --kdf none")]
    [InlineData("-c lab plan create vm stop web-1", "plan create -c lab vm stop web-1")]
    [InlineData("plan -c lab create -o json vm stop web-1", "plan create -c lab -o json vm stop web-1")]
    [InlineData("-c lab plan list", "plan list -c lab")]
    [InlineData("-c lab vm agent exec web-1 -- ls -c x", "vm agent exec web-1 -c lab -- ls -c x")]
    [InlineData("qm set 100 -cores 2 x", "qm set 100 -cores 2 x")]
    [InlineData("-o --fields x vm list", "vm list -o --fields x")]
    [InlineData("vm delete --query -o json 106", "vm delete 106 --query -o json")]
    [InlineData("-c --yes vm delete 106", "vm delete 106 -c --yes")]
    [InlineData("--yes -c lab vm list", "--yes vm list -c lab")]
    [InlineData("-- -c lab", "-- -c lab")]
    [InlineData("-c", "-c")]
    [InlineData("", "")]
    public void Settle_Words_PutsWhatIsCommonBehindTheCommand(string words, string expected) =>
        Assert.Equal(ShellWords.Split(expected), FrontOptions.Settle([.. ShellWords.Split(words)]));

    [Theory]
    [InlineData("-c bak backup create root.pxar:tree --backup-id ID")]
    [InlineData("backup --context bak create root.pxar:tree --backup-id ID")]
    [InlineData("-o json backup -c bak root.pxar:tree --backup-id ID")]
    [InlineData("backup -c bak -o json backup root.pxar:tree --backup-id ID")]
    [InlineData("backup create root.pxar:tree --backup-id ID -o json -c bak")]
    public async Task Backup_WhereverTheContextStands_IsMade(string line)
    {
        using CliHarness cli = new();
        cli.MakeTree();
        await backups.UseAsync(cli, "bak");
        string id = BackupUser.NewId();

        (await cli.LineAsync($"{line.Replace("ID", id, StringComparison.Ordinal)} --datastore store1")).Succeeded();

        Assert.Contains(id, (await cli.LineAsync("backup -c bak list -o name --datastore store1")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_OfAllCommands_TakeWhatIsCommonAnywhere()
    {
        using CliHarness cli = new();
        using TestConsole console = new();
        RootCommand root = CommandTree.Build(new CommandServices(console, cli.Environment, cli.Time));
        List<string> wrong = [];
        int count = 0;
        foreach ((string path, VerbCommand command) in HelpTests.Walk().Where(static item => item.Command is VerbCommand).Select(static item => (item.Path, (VerbCommand)item.Command)))
        {
            string[] words = [.. ShellWords.Split(command.Examples[0].Line).TakeWhile(static word => word is not (">" or "<" or "|"))];
            foreach (string[] options in (string[][])[["-c", "bak"], ["--context", "bak"], ["-o", "json"]])
            {
                string wanted = Understood(root, Placed(words, options, path.Split(' ').Length));
                string[] lines = words.Contains(options[0]) || wanted.Length == 0 ? []
                    : [.. new[] { 0, 1 }.Select(at => Placed(words, options, at)).Where(line => Understood(root, line) != wanted).Select(static line => string.Join(' ', line))];
                wrong.AddRange(lines);
                count += wanted.Length > 0 ? 1 : 0;
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 1000, $"{count} lines were tried.");
    }

    private static string[] Placed(string[] words, string[] options, int at) => [.. words.Take(at), .. options, .. words.Skip(at)];

    // The command and what it is given; empty if it is not understood.
    private static string Understood(RootCommand root, string[] words)
    {
        IReadOnlyList<string> settled = GuardWords.Separate(ChartWords.Settle(OfficialSpelling.Complete(FrontOptions.Settle(words))));
        ParseResult parse = SwitchWords.Parse(root, settled).Parse;
        return parse.Errors.Count > 0 ? "" : string.Join(' ', Values(parse.CommandResult).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Values(SymbolResult? result) => result is null ? []
        : (result is CommandResult command ? command.Children.SelectMany(child => child is CommandResult ? [] : child.Tokens.Select(token => $"{child}={token.Value}")) : [])
            .Concat(Values(result.Parent))
            .Prepend(result is CommandResult { Command.Name: var name } ? name : "");
}
