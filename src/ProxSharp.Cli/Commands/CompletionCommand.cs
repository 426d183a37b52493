using System.CommandLine;
using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox completion</c>: the script that teaches a shell the commands, options and names.</summary>
internal sealed class CompletionCommand : ProxCommand
{
    private static readonly string[] s_shells = ["bash", "zsh", "fish", "powershell"];

    private readonly Argument<string> _shell = new("shell") { Description = $"The shell: {string.Join(", ", s_shells)}" };

    public CompletionCommand(CommandServices services, GlobalOptions globals)
        : base("completion", "Print the script that lets a shell complete commands, options, and the names of guests, nodes and storages.")
    {
        _shell.CompletionSources.Add(s_shells);
        Add(_shell);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("completion bash > ~/.local/share/bash-completion/completions/prox", "for bash, from the next shell on"),
        new("completion fish > ~/.config/fish/completions/prox.fish", "for fish"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "Names come from the server of the current context with one call, which is remembered for ten seconds in the cache folder.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string shell = run.Value(_shell)!;
        string script = ShellScripts.Find(shell) ?? throw CliException.Usage(
            $"There is no script for the shell '{shell}'", $"There are: {string.Join(", ", s_shells)}");
        await run.Services.Console.Out.WriteLineAsync(script.AsMemory(), cancellationToken).ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
