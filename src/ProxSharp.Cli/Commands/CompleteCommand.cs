using System.CommandLine;
using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox complete</c>: what the scripts of shells ask. A word on each line, behind a tab what it means.</summary>
internal sealed class CompleteCommand : ProxCommand
{
    private readonly Option<string> _line = new("--line")
    {
        Description = "The command line up to the cursor, prox included",
        HelpName = "text",
        Required = true,
    };

    private readonly Option<string?> _shell = new("--shell")
    {
        Description = "The shell that does not quote by itself: bash",
        HelpName = "name",
    };

    private readonly Option<string?> _typed = new("--typed")
    {
        Description = "Behind a bar, the end of the line that bash replaces",
        HelpName = "text",
    };

    private readonly Option<bool> _files = new("--files") { Description = "Say where the name of a file belongs, too" };

    public CompleteCommand(CommandServices services, GlobalOptions globals, Func<IReadOnlyList<string>, Command> tree)
        : base("complete", "Print the words that may come next in a command line.")
    {
        Hidden = true;
        Add(_line);
        Add(_shell);
        Add(_typed);
        Add(_files);

        // Nobody must be asked anything while a word is being typed.
        CommandServices silent = services with { Console = new SilentConsole(services.Console) };
        Runs(silent, globals, (run, cancellationToken) => RunAsync(run, tree, cancellationToken));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
        [new("complete --line 'prox vm st'", "verbs of vm that begin with st"), new("complete --line 'prox vm start '", "the machines of the current context")];

    private async Task<int> RunAsync(CommandRun run, Func<IReadOnlyList<string>, Command> tree, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = [.. LineWords.Split(run.Value(_line)!).Skip(1)];
        if (words.Count == 0)
        {
            return ExitCodes.Success;
        }

        LiveNames names = new(run, Context(run, words));
        Completions completions = await Completer.FindAsync(tree([.. words, "complete"]), words, names, cancellationToken).ConfigureAwait(false);
        foreach (Candidate candidate in completions.Candidates)
        {
            string meaning = TextCells.Visible(candidate.Meaning);
            string text = Word(run, TextCells.Visible(candidate.Text));
            await run.Services.Console.Out.WriteLineAsync(meaning.Length > 0 ? $"{text}\t{meaning}" : text).ConfigureAwait(false);
        }

        // No candidate begins with a colon: names of files are left to the shell.
        if (run.Value(_files) && completions.FileFront is { } front)
        {
            await run.Services.Console.Out.WriteLineAsync($":files\t{TextCells.Visible(front)}").ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }

    // The bar keeps what was typed from being an option of this command.
    private string Word(CommandRun run, string word) => run.Value(_shell) == "bash" && run.Value(_typed) is ['|', .. string typed]
        ? BashWords.Insertion(word, run.Value(_line)!, typed)
        : word;

    private static ServerContext? Context(CommandRun run, IReadOnlyList<string> words)
    {
        int at = words.ToList().FindIndex(static word => word is "-c" or "--context");
        ContextList list = run.Services.Contexts.Load();
        string? joined = words.SkipLast(1).FirstOrDefault(
            static word => word.StartsWith("--context=", StringComparison.Ordinal) || word.StartsWith("-c=", StringComparison.Ordinal));
        string? name = at >= 0 && at + 1 < words.Count - 1 ? words[at + 1]
            : joined is not null ? joined[(joined.IndexOf('=', StringComparison.Ordinal) + 1)..]
            : run.Services.Environment.Variable("PROX_CONTEXT") ?? list.Current;
        return name is null ? null : list.Find(name);
    }
}
