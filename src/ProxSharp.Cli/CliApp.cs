using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli;

/// <summary>The tool as a whole: arguments in, output and an exit code out. It keeps no static state, so tests run many at once.</summary>
internal sealed class CliApp(IConsoleHost console, CliEnvironment environment, TimeProvider time)
{
    /// <summary>How command lines are read.</summary>
    public static readonly ParserConfiguration Parsing = new()
    {
        // A parameter such as sshkeys=@file is read by the command; the parser must not open files.
        ResponseFileTokenReplacer = null,
    };

    /// <summary>How commands are run.</summary>
    public static readonly InvocationConfiguration Invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    private readonly HeldWarnings _warnings = new();
    private readonly InterruptedRun _interrupted = new();
    private readonly ShownLog _log = new();

    /// <summary>The exit code of a run that a signal has ended.</summary>
    public Func<int> InterruptedCode { get; set; } = static () => ExitCodes.Interrupted;

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        (int exitCode, Exception? failure) = await ExecuteAsync(arguments, cancellationToken).ConfigureAwait(false);
        try
        {
            await console.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // A command whose result nobody got has failed; a failure that came first says more.
            failure ??= e;
        }

        if (failure is not null)
        {
            return Report(failure, arguments);
        }

        foreach (string warning in _warnings.Take())
        {
            ErrorWriter.WriteWarning(console.Error, warning);
        }

        return exitCode;
    }

    private async Task<(int ExitCode, Exception? Failure)> ExecuteAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            // Scripts ask for the version often: answer before anything is built.
            if (arguments is ["--version"])
            {
                await console.Out.WriteLineAsync($"prox {ToolVersion.Text}").ConfigureAwait(false);
                return (ExitCodes.Success, null);
            }

            return (await InvokeAsync(arguments is ["--version", ..] ? ["version", .. arguments.Skip(1)] : arguments, cancellationToken).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (InterruptedCode(), _interrupted.Error is { } left ? new CliException(left with { ExitCode = InterruptedCode() }) : null);
        }
        catch (ClosedOutputException)
        {
            // Whoever leaves, as head does, has seen enough: so it is with lists, too, and a reader that has failed says so with its own exit code.
            return (ExitCodes.Success, null);
        }
        catch (Exception e)
        {
            return (ExitCodes.Error, e);
        }
    }

    private async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (environment.BrokenArgument is { } broken)
        {
            throw CliException.Usage(
                $"'{broken}' is not UTF-8, and would be taken for another name",
                "Name a directory above it, or give it another name; paths and patterns within backups take such a byte as \\xe4");
        }

        IReadOnlyList<string> typed = Charts.ChartWords.Settle(Backups.OfficialSpelling.Complete(
            FrontOptions.Settle(arguments),
            environment.Variable(Backups.OfficialSpelling.FormatVariable),
            environment.Variable(Backups.OfficialSpelling.HeaderVariable) is not null));
        IReadOnlyList<string> words = GuardWords.Separate(typed);
        CommandServices services = new(console, environment, time) { Words = arguments, Warnings = _warnings, Interrupted = _interrupted, Log = _log };
        RootCommand root = CommandTree.Build(services, words);
        if (GuardWords.FindSwallowed(root, typed, words) is { } swallowed)
        {
            throw new CliException(swallowed);
        }

        (ParseResult parse, words) = SwitchWords.Parse(root, words);
        KnownLines lines = new(typed => CommandTree.Build(services, typed)) { IsOfBackups = NamesRepository(words) };

        // pct create 200 x -hostname y asks for no help, although -h does; and of a command that there is not nobody can be helped with all others.
        if ((parse.Action is not Help.HelpWriterAction || Habits.IsProgram(words) || UsageErrors.IsUnknown(parse)) && UsageErrors.Find(parse, words, lines) is { } error)
        {
            throw new CliException(error);
        }

        if (parse.Action is Help.HelpWriterAction && UsageErrors.FindStray(root, words, lines) is { } stray)
        {
            // The help of what is above it may tell what was meant; that there is no such command comes first.
            int exitCode = Report(new CliException(stray), arguments);
            await parse.InvokeAsync(Invocation, cancellationToken).ConfigureAwait(false);
            return exitCode;
        }

        return await parse.InvokeAsync(Invocation, cancellationToken).ConfigureAwait(false);
    }

    private bool NamesRepository(IReadOnlyList<string> words) => (environment.Variable("PBS_REPOSITORY") ?? environment.Variable("PBS_DATASTORE")) is not null
        || words.Any(static word => word.Split('=')[0] == "--repository");

    private int Report(Exception exception, IReadOnlyList<string> arguments)
    {
        CliError error = ErrorMapper.Map(exception);
        PrintedCommands printed = new(arguments);
        error = error with { Message = printed.In(error.Message), Hint = error.Hint is { } hint ? printed.In(hint) : null };
        if (GlobalOptions.WantsJsonErrors(arguments) || Backups.OfficialSpelling.IsJsonByVariable(
            FrontOptions.Settle(arguments), environment.Variable(Backups.OfficialSpelling.FormatVariable)))
        {
            ErrorWriter.WriteJson(console.Error, error with { Warnings = _warnings.Take() });
        }
        else
        {
            // Whether a run is one for programs is known better once it is under way.
            foreach (string warning in _warnings.Take())
            {
                ErrorWriter.WriteWarning(console.Error, warning);
            }

            error = error.LogTail.Count > 0 && error.LogTail[^1] == _log.Last ? error with { LogTail = [] } : error;
            ErrorWriter.WriteLine(console.Error, error, Ansi.For(console.IsErrorTerminal, environment, arguments.Contains("--no-color")));
        }

        if (arguments.Contains("--debug"))
        {
            console.Error.WriteLine(exception.ToString());
        }

        return error.ExitCode;
    }
}
