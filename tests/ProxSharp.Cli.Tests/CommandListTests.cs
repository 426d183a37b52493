using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Tests;

/// <summary>The list of all commands in docs/commands.md comes from the tree; with <c>UPDATE_SNAPSHOTS=1</c> it is written anew.</summary>
public sealed class CommandListTests
{
    [Fact]
    public async Task Document_OfAllCommands_IsCurrent()
    {
        string file = Page();
        string text = Write();
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        Assert.Equal(text, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("api get", "read")]
    [InlineData("api set", "destructive")]
    [InlineData("api create", "destructive")]
    [InlineData("api delete", "destructive")]
    [InlineData("login", "change")]
    [InlineData("context add", "local")]
    [InlineData("vm stop", "change")]
    public async Task Commands_TellsPrograms_WhatEachDoesAtWorst(string command, string kind)
    {
        using CliHarness cli = new();
        using System.Text.Json.JsonDocument list = System.Text.Json.JsonDocument.Parse((await cli.LineAsync($"commands {command} -o json")).Succeeded());
        Assert.Equal(kind, list.RootElement.GetProperty("data")[0].GetProperty("class").GetString());
    }

    private static string Write()
    {
        using CliHarness cli = new();
        RootCommand root = CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System));
        StringBuilder text = new();
        text.Append("# All commands of prox\n\nWritten by a test from the command tree: see `CommandListTests`. Arguments and options: `prox COMMAND --help`, `prox commands -o json`.\n");
        foreach (ProxCommand top in root.Subcommands.Where(static sub => !sub.Hidden).OfType<ProxCommand>())
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"\n## prox {top.Name}\n\n{Cell(top.Description)}\n\n| command | does | API |\n|---|---|---|\n");
            foreach ((string path, ProxCommand command) in Leaves(top.Name, top))
            {
                string calls = string.Join("<br>", ((command as VerbCommand)?.Verb.Calls ?? []).Select(static call => $"`{call}`"));
                text.Append(
                    System.Globalization.CultureInfo.InvariantCulture, $"| `prox {path}{Arguments(command)}` | {Cell(command.Description)} | {calls} |\n");
            }
        }

        return text.ToString();
    }

    private static string Arguments(ProxCommand command) =>
        string.Concat(command.Arguments.Select(static argument => argument.Arity.MinimumNumberOfValues > 0 ? $" <{argument.Name}>" : $" [{argument.Name}]"));

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);

    private static IEnumerable<(string Path, ProxCommand Command)> Leaves(string path, ProxCommand command) => command.Subcommands.Count == 0
        ? [(path, command)]
        : command.Subcommands.Where(static sub => !sub.Hidden).OfType<ProxCommand>().SelectMany(sub => Leaves($"{path} {sub.Name}", sub));

    private static string Page([CallerFilePath] string path = "")
    {
        DirectoryInfo? folder = Directory.Exists(Path.GetDirectoryName(path))
            ? new DirectoryInfo(Path.GetDirectoryName(path)!)
            : new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "roadmap.md")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("The documents were not found."), "docs", "commands.md");
    }
}
