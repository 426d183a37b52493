using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Query;
using ProxSharp.Cli.Terminal;
using ProxSharp.Recording;

namespace ProxSharp.Cli.Commands;

/// <summary>One run of a command: what was typed and where results go.</summary>
internal sealed class CommandRun
{
    private static readonly string[] s_endless = ["--watch", "--follow"];

    private readonly ParseResult _parse;

    public CommandRun(CommandServices services, GlobalOptions globals, ParseResult parse)
    {
        Services = services;
        _parse = parse;
        Output = globals.Read(parse, services.Console, services.Environment);
        OutputOption = globals.Output;
        HttpLog = services.Planning is { } planning ? planning.HttpLog
            : parse.GetValue(globals.DebugHttp) ? new HttpLog(services.Console.Error, services.Time)
            : null;
        Recorder = services.Planning is { } planned ? planned.Recorder
            : parse.GetValue(globals.Record) is { } file && !services.Environment.IsReadOnlyName
                ? Recordings.Open(services.Environment.AbsolutePath(file), IsFolder(file))
            : null;
        ErrorAnsi = Ansi.For(services.Console.IsErrorTerminal, services.Environment, parse.GetValue(globals.NoColor));
        Outage = new OutageNote(this);
        services.Interrupted.OwesResult = IsMachineOutput && !IsEndless;
    }

    /// <summary>What the command works with.</summary>
    public CommandServices Services { get; private set; }

    /// <summary>How results are written.</summary>
    public OutputSettings Output { get; private set; }

    /// <summary>The option that names the form of results.</summary>
    public Option OutputOption { get; }

    /// <summary>How commands are printed that the user may run next.</summary>
    public PrintedCommands Printed => field ??= new PrintedCommands(Services.Words);

    /// <summary>The remembered server that is called; null if none is.</summary>
    public ServerContext? Server { get; set; }

    /// <summary>Where calls are written; null if nobody wants to see them.</summary>
    public HttpLog? HttpLog { get; }

    /// <summary>Where exchanges are written down; null if nobody wants a recording.</summary>
    public ExchangeRecorder? Recorder { get; }

    /// <summary>Colours for messages.</summary>
    public Ansi ErrorAnsi { get; }

    /// <summary>Takes the failures of a server that does not answer while tasks are waited for.</summary>
    public IProgress<ProxmoxException> Outage { get; }

    /// <summary>True if the run talks to more servers than one context names; each may have a certificate that only the system trusts.</summary>
    public bool AsksOtherServers { get; set; }

    /// <summary>How many words stand behind <c>--</c>; null without it.</summary>
    public int? WordsBehindDashes =>
        _parse.Tokens.TakeWhile(static word => word.Type != TokenType.DoubleDash).Count() is int at && at < _parse.Tokens.Count ? _parse.Tokens.Count - at - 1 : null;

    /// <summary>True if standard error carries objects on lines of their own: one error with the warnings before it, or warnings alone.</summary>
    public bool IsMachineOutput => Output.Format is OutputFormat.Json or OutputFormat.JsonLines;

    /// <summary>Where progress that rewrites its line may be shown; null where nobody looks or the terminal cannot.</summary>
    public TextWriter? ProgressTerminal => ErrorAnsi.IsEnabled && !IsMachineOutput ? Services.Console.Error : null;

    /// <summary>The words that name the command, without <c>prox</c>.</summary>
    public string Path => PathOf(_parse.CommandResult);

    // Such a run has no end that could be waited for: its user ends it.
    private bool IsEndless => FirstGiven(s_endless) is not null || Path is "events" or "top" or "simulate";

    /// <summary>Returns an option's value.</summary>
    public T? Value<T>(Option<T> option) => _parse.GetValue(option);

    /// <summary>Returns an argument's value.</summary>
    public T? Value<T>(Argument<T> argument) => _parse.GetValue(argument);

    /// <summary>Tells whether an option was typed.</summary>
    public bool IsGiven(Option option) => _parse.GetResult(option) is { Implicit: false };

    /// <summary>The words that were typed for an argument.</summary>
    public IReadOnlyList<string> Typed(Argument argument) => [.. _parse.GetResult(argument)?.Tokens.Select(static token => token.Value) ?? []];

    /// <summary>The command that runs, and those that it stands in, the nearest first.</summary>
    public IEnumerable<Command> Places
    {
        get
        {
            for (Command? place = _parse.CommandResult.Command; place is not null; place = place.Parents.OfType<Command>().FirstOrDefault())
            {
                yield return place;
            }
        }
    }

    /// <summary>Finds a command by its words; null if there is none.</summary>
    public Command? Find(IReadOnlyList<string> words) =>
        CommandTree.Build(Services, words).Parse(words).CommandResult is { } result && PathOf(result) == string.Join(' ', words) ? result.Command : null;

    /// <summary>The values that were typed, each with the option it belongs to; null for an argument.</summary>
    public IEnumerable<(string? Option, string Value)> TypedValues()
    {
        for (SymbolResult? place = _parse.CommandResult; place is not null; place = place.Parent)
        {
            foreach (SymbolResult child in place is CommandResult command ? command.Children : [])
            {
                string? option = (child as OptionResult)?.Option.Name;
                foreach (Token token in child is CommandResult ? [] : child.Tokens)
                {
                    yield return (option, token.Value);
                }
            }
        }
    }

    /// <summary>Returns the first of some options that was typed; null if none was.</summary>
    public string? FirstGiven(IReadOnlyList<string> names)
    {
        for (SymbolResult? place = _parse.CommandResult; place is not null; place = place.Parent)
        {
            if (place is CommandResult command
                && command.Command.Options.FirstOrDefault(option => names.Contains(option.Name) && IsGiven(option)) is { } given)
            {
                return given.Name;
            }
        }

        return null;
    }

    /// <summary>Refuses the options that choose among results, where they would do nothing.</summary>
    /// <exception cref="CliException">One of them was typed.</exception>
    public void RefuseChoices(string why, string hint)
    {
        if (FirstGiven(["--fields", "--sort", "--query"]) is { } choice)
        {
            throw CliException.Usage($"{why}, so {choice} does nothing here", hint);
        }
    }

    /// <summary>Writes a result.</summary>
    public void Write(JsonElement result, ResultShape? shape = null) => Write(result, shape, Output);

    /// <summary>Writes a result; JSON carries the version of its form.</summary>
    public void WriteVersioned(JsonElement result, ResultShape? shape = null) => Write(result, shape, Output with { IsVersioned = true });

    /// <summary>Writes a result that was put through a part of the query; JSON carries no version then.</summary>
    public void WriteRest(JsonElement result, ResultShape? shape, JmesQuery rest) => Write(result, shape, Output with { Query = rest });

    private void Write(JsonElement result, ResultShape? shape, OutputSettings settings)
    {
        ResultWriter.Write(Services.Console.Out, result, settings, shape ?? ResultShape.Unknown);
        if (result.ValueKind == JsonValueKind.Array && result.GetArrayLength() == 0)
        {
            TellNothing();
        }
    }

    /// <summary>Says that a list is empty. Who looks at a terminal wonders whether anything happened; a program that reads wants no words.</summary>
    public void TellNothing()
    {
        if (Services.Console.IsOutputTerminal && (Output.Format is OutputFormat.Table or OutputFormat.Wide))
        {
            Services.Console.Out.WriteLine(Output.Ansi.Dim("Nothing to show."));
        }
    }

    /// <summary>Runs what writes results and returns what it wrote, as wide as the terminal is now.</summary>
    /// <param name="write">Reads and writes; nothing else of the run goes on meanwhile.</param>
    public async Task<string> CaptureAsync(Func<Task> write)
    {
        StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        (CommandServices services, OutputSettings output) = (Services, Output);
        (Services, Output) = (
            services with { Console = new CapturedConsole(services.Console, text) },
            output with { Width = services.Console.Width ?? output.Width });
        try
        {
            await write().ConfigureAwait(false);
        }
        finally
        {
            (Services, Output) = (services, output);
        }

        return text.ToString();
    }

    /// <summary>
    /// Writes what came of a change. The change is made, so a choice of fields that the result does not have is no error any more: the whole result is
    /// written, and a warning says why.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <param name="shape">What is known about it; null for nothing.</param>
    /// <param name="isVersioned">True if JSON carries the version of its form.</param>
    public void WriteOutcome(JsonElement result, ResultShape? shape, bool isVersioned)
    {
        OutputSettings settings = Output with { IsVersioned = isVersioned };
        try
        {
            ResultWriter.Write(Services.Console.Out, result, settings, shape ?? ResultShape.Unknown);
        }
        catch (CliException choice) when (choice.Error.ExitCode == ExitCodes.Usage)
        {
            Warn($"{choice.Error.Message}. What follows is the whole result");
            ResultWriter.Write(Services.Console.Out, result, settings with { Fields = null, Sort = [], Query = null }, shape ?? ResultShape.Unknown);
        }
    }

    /// <summary>Returns a result as text for a file: nothing is cut, and there are no colours.</summary>
    public string Format(JsonElement result, ResultShape shape)
    {
        StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        ResultWriter.Write(text, result, Output with { Width = null, Ansi = new Ansi(enabled: false) }, shape);
        return text.ToString();
    }

    /// <summary>Warns about a danger on standard error; programs get it as an object on a line of its own.</summary>
    public void Warn(string text)
    {
        if (!IsMachineOutput)
        {
            Services.Console.Error.WriteLine($"{ErrorAnsi.Yellow("warning:")} {Printed.In(text)}");
        }
        else if (IsEndless)
        {
            ErrorWriter.WriteWarning(Services.Console.Error, Printed.In(text));
        }
        else
        {
            Services.Warnings.Add(Printed.In(text));
        }
    }

    /// <summary>Tells the user something beside the result; programs are not told.</summary>
    public void Note(string text)
    {
        if (!IsMachineOutput)
        {
            Services.Console.Error.WriteLine(Printed.In(text));
        }
    }

    /// <summary>Shows a line of the log of a task; programs get the end of it with an error.</summary>
    public void NoteLog(string line)
    {
        Note(ErrorAnsi.Dim(TextCells.LogLine(line)));
        Services.Log.Last = line;
    }

    /// <summary>Tells what an interrupted run leaves behind, and how to go on; programs get it as the error that the run ends with.</summary>
    public void TellInterrupted(InterruptedNote left)
    {
        if (IsMachineOutput)
        {
            Services.Interrupted.Add(left);
            return;
        }

        Services.Console.Error.WriteLine(Printed.In(left.Next is { } next ? $"{left.What}. {next}" : $"{left.What}."));
    }

    /// <summary>Tells that a list is a part of what the server has. A program that has asked for no part would take it for all: it is warned.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="asked">The parameters of the call.</param>
    /// <param name="how">What gets the rest, for example <c>--start and --limit</c>.</param>
    public void TellPart(ApiResponse<JsonElement> response, ApiParameters asked, string how)
    {
        if (response.Data.ValueKind != JsonValueKind.Array || response.Total is not { } total || total <= response.Data.GetArrayLength())
        {
            return;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{response.Data.GetArrayLength()} of {total}: ask for more with {how}");
        if (IsMachineOutput && asked.Find("limit") is null)
        {
            Warn(text);
        }
        else
        {
            Note($"({text})");
        }
    }

    /// <summary>Closes the recording, and tells what is in it.</summary>
    public void EndRecording()
    {
        if (Recorder is not { } recorder || Services.Planning is not null)
        {
            return;
        }

        recorder.Dispose();
        if (recorder.Failure is { } failure)
        {
            Warn($"the recording is not complete: {failure.Message}");
        }
        else
        {
            Note(string.Create(
                CultureInfo.InvariantCulture, $"{recorder.Count} {(recorder.Count == 1 ? "exchange was" : "exchanges were")} recorded, secrets masked. Look at what it holds before you pass it on."));
        }
    }

    private static bool IsFolder(string file) => file.EndsWith('/') || file.EndsWith(System.IO.Path.DirectorySeparatorChar);

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult { Command: not RootCommand } parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;
}
