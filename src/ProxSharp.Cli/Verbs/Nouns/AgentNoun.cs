using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The noun <c>vm agent</c>: what the agent inside a virtual machine can do.</summary>
internal static class AgentNoun
{
    private const string Path = "/nodes/{node}/qemu/{vmid}/agent";

    /// <summary>Builds it.</summary>
    public static Noun Build(VerbContext context) => new Noun("agent", "The agent inside virtual machines: run programs, read addresses, freeze file systems.")
        .Add(
            Exec(),
            EndpointVerbs.MakeGuest(context, GuestKind.Vm, new("ping", $"POST {Path}/ping", "See whether the agents answer.")
            {
                Class = VerbClass.Change,
                Examples = [new("vm agent ping web-1", "one"), new("vm agent ping status=running", "all that run")],
            }),
            AgentAddresses.Build(Path));

    private static Verb Exec()
    {
        GuestTargets targets = new(GuestKind.Vm, takesWords: false);
        Argument<string[]> command = new("command") { Description = "The program and its arguments, behind --", Arity = ArgumentArity.OneOrMore };
        Option<string> input = new("--input")
        {
            Description = "What the program reads from its standard input; @file or @- reads it from a file or standard input",
            HelpName = "text",
        };
        Option<int?> timeout = new("--timeout") { Description = "How long to wait for the program; it goes on then [default: as long as it takes]", HelpName = "seconds" };
        Option<bool> exitCode = new("--exit-code") { Description = "End with the exit code of the program, or 128 and the signal that ended it: the highest if there are several" };
        return new Verb(
            "exec",
            "Run a program inside virtual machines and print what it wrote.",
            VerbClass.Change,
            (run, token) => ExecAsync(run, targets, command, new(input, timeout, exitCode), token))
        {
            Calls = [$"POST {Path}/exec", $"GET {Path}/exec-status"],
            Arguments = [targets.Argument, command],
            Options = [input, timeout, exitCode],
            Traits = VerbTraits.DryRun | VerbTraits.Bulk,
            Details =
                "What stands before -- belongs to prox, and what stands behind it to the program. With one machine its output is printed as it is (at a terminal control characters are shown as escapes); several give a list. If a program fails the command ends with exit code 1 and says so: "
                + "the other codes are about the call itself (prox help exit-codes). With --exit-code it ends with the program's own, as ssh does. A program that "
                + "is not waited for any more, after --timeout or Ctrl-C, goes on in the guest: the command says how its result is read later.",
            Examples =
            [
                new("vm agent exec web-1 -- uname -a", "one machine"),
                new("vm agent exec @tag-prod -- systemctl is-active nginx", "several, one after the other"),
                new("vm agent exec web-1 --input @setup.sh -- sh -s", "a script from a file"),
                new("vm agent exec web-1 --exit-code -- test -e /run/reboot-required", "a question to a script"),
            ],
        };
    }

    private sealed record ExecSettings(Option<string> Input, Option<int?> Timeout, Option<bool> ExitCode);

    private static async Task<int> ExecAsync(
        VerbRun run, GuestTargets targets, Argument<string[]> command, ExecSettings settings, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(run, run.Context);
        ChangeRules.CheckGuests(run, guests);
        string[] words = run.Value(command)!;
        CheckWords(words, run.Command.WordsBehindDashes);
        if (run.Command.Services.Planning is { } planning)
        {
            return await PlanAsync(run, planning, guests, words, settings, cancellationToken).ConfigureAwait(false);
        }

        if (run.IsDryRun)
        {
            string? text = await InputAsync(run, run.Value(settings.Input), cancellationToken).ConfigureAwait(false);
            return await DryRun.ShowAsync(run, VerbContext.Pve, [.. guests.Select(guest => Call(guest, words, text))], cancellationToken).ConfigureAwait(false);
        }

        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        AgentExecOptions options = new() { Input = await InputAsync(run, run.Value(settings.Input), cancellationToken).ConfigureAwait(false) };
        if (run.Number(settings.Timeout, 24 * 3600) is { } seconds)
        {
            options = options with { Timeout = TimeSpan.FromSeconds(seconds) };
        }

        List<(GuestSummary Guest, AgentExecResult Result)> results = [];
        AgentExecution execution = new(run, pve, words, options);
        try
        {
            foreach (GuestSummary guest in guests)
            {
                results.Add((guest, await execution.RunAsync(guest, cancellationToken).ConfigureAwait(false)));
            }
        }
        catch (Exception e) when (results.Count > 0 && e is OperationCanceledException or CliException or ProxmoxException)
        {
            // What the first machines said must not be lost because of a later one.
            Write(run, results);
            execution.ShowLeft(guests.Skip(results.Count + 1));
            throw;
        }

        return Report(run, results, run.Value(settings.ExitCode));
    }

    // The program begins behind --: what is in front of it was meant for prox, and would run in the guest.
    private static void CheckWords(string[] words, int? behind)
    {
        if (words[..^Math.Min(behind ?? (words[0].StartsWith('-') ? 0 : words.Length), words.Length)] is not [{ } word, ..])
        {
            return;
        }

        throw word.StartsWith('-')
            ? CliException.Usage($"Unknown option '{word}' for 'prox vm agent exec'", "Options of the program stand behind --, as in: prox vm agent exec web-1 -- uname -a. Run: prox vm agent exec --help")
            : CliException.Usage($"'{word}' stands in front of --, where prox takes one word for the machines", "Join several with commas, as in: prox vm agent exec 100,101 -- uname -a");
    }

    // A plan keeps the call; how long somebody waits for it and how the command ends belong to the one who applies it.
    private static async Task<int> PlanAsync(
        VerbRun run, PlanCollector planning, IReadOnlyList<GuestSummary> guests, string[] words, ExecSettings settings, CancellationToken cancellationToken)
    {
        if (new Option[] { settings.ExitCode, settings.Timeout }.FirstOrDefault(run.IsGiven) is { } option)
        {
            throw CliException.Usage(
                $"{option.Name} cannot be planned: it is about how this command waits and ends, and a plan is applied by another one",
                "Leave it out: prox plan apply ends with 1 if the program failed, and -o json tells its exit code");
        }

        string? text = await InputAsync(run, run.Value(settings.Input), cancellationToken).ConfigureAwait(false);
        planning.Add(run.Command, run.Context, guests.Select(guest => Call(guest, words, text)));
        return ExitCodes.Success;
    }

    private static PlannedCall Call(GuestSummary guest, string[] words, string? input)
    {
        ApiParameters parameters = new() { { "input-data", input } };
        parameters.AddList("command", words);
        return new PlannedCall(ApiMethod.Post, $"/nodes/{guest.Node}/qemu/{guest.Id}/agent/exec", parameters)
        {
            Template = $"{Path}/exec",
            Target = GuestKinds.Title(guest),
        };
    }

    private static async Task<string?> InputAsync(VerbRun run, string? input, CancellationToken cancellationToken) => input switch
    {
        "@-" => await HeldReading.ToEndAsync(run.Command.Services.Console, cancellationToken).ConfigureAwait(false),
        { } text when text.StartsWith('@') => await HeldReading.OfFileAsync(
            run.Command.Services.Environment.AbsolutePath(text[1..]), cancellationToken).ConfigureAwait(false),
        _ => input,
    };

    private static int Report(VerbRun run, List<(GuestSummary Guest, AgentExecResult Result)> results, bool takesExitCode)
    {
        if (results is [(_, { } only)] && run.Command.Output.Format is OutputFormat.Table)
        {
            // What would steer a terminal is made visible there; a pipe or a file gets what the program wrote.
            IConsoleHost console = run.Command.Services.Console;
            console.Out.Write(console.IsOutputTerminal ? TextCells.Visible(only.Output, keepBreaks: true) : only.Output);
            console.Error.Write(console.IsErrorTerminal ? TextCells.Visible(only.Error, keepBreaks: true) : only.Error);
            if (only.IsSuccess)
            {
                return ExitCodes.Success;
            }

            return takesExitCode && ExitCodeOf(only) is > 0 and int code ? code : throw Failed(only);
        }

        Write(run, results);
        if (results.TrueForAll(static item => item.Result.IsSuccess))
        {
            return ExitCodes.Success;
        }

        int highest = takesExitCode ? results.Max(static item => ExitCodeOf(item.Result) ?? 0) : 0;
        return highest > 0 ? highest : throw Failed(results);
    }

    private static void Write(VerbRun run, List<(GuestSummary Guest, AgentExecResult Result)> results) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((GuestSummary guest, AgentExecResult result) in results)
            {
                json.WriteStartObject();
                json.WriteNumber("vmid", guest.Id.Value);
                json.WriteString("name", guest.Name);
                if (result.ExitCode is { } code)
                {
                    json.WriteNumber("exitcode", code);
                }

                if (result.Signal is { } signal)
                {
                    json.WriteNumber("signal", signal);
                }

                json.WriteString("out", result.Output);
                json.WriteString("err", result.Error);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }),
        new ResultShape { LeadingFields = ["vmid", "name", "exitcode", "out", "err"], NameField = "vmid" });

    /// <summary>The exit code as a shell would give it: that of the program, 128 and the signal that ended it; null if none can be told.</summary>
    internal static int? ExitCodeOf(AgentExecResult result) => result switch
    {
        { ExitCode: >= 0 and < 256 and int code } => code,
        { Signal: > 0 and < 128 and int signal } => 128 + signal,
        _ => null,
    };

    private static CliException Failed(List<(GuestSummary Guest, AgentExecResult Result)> results)
    {
        string[] failed = [.. results.Where(static item => !item.Result.IsSuccess).Select(static item => GuestKinds.Title(item.Guest))];
        return results is [(_, { } only)] ? Failed(only)
            : Failed($"The program failed in {failed.Length} of {results.Count} virtual machines: {string.Join(", ", failed)}");
    }

    private static CliException Failed(AgentExecResult result) => Failed(result.ExitCode is { } code
        ? string.Create(CultureInfo.InvariantCulture, $"The program ended with exit code {code}")
        : $"The program was not seen to end well: {result}");

    private static CliException Failed(string message) => new(new CliError
    {
        Code = "program_failed",
        ExitCode = ExitCodes.Error,
        Message = message,
        Hint = "With --exit-code the command ends with the program's own exit code, and with 128 and the number of a signal.",
    });
}
