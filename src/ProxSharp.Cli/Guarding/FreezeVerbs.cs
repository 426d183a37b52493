using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary><c>prox freeze</c> and <c>prox unfreeze</c>: stop every plan at once.</summary>
internal static class FreezeVerbs
{
    /// <summary><c>prox freeze</c>.</summary>
    public static Verb Freeze()
    {
        Option<string> duration = new("--for") { Description = "How long: 30m, 2h, 3d [default: until prox unfreeze]", HelpName = "time" };
        Option<string> reason = new("--reason") { Description = "Why; whoever is refused reads it", HelpName = "text" };
        return new Verb("freeze", "Stop all plans of a server at once, also those that are being applied.", VerbClass.Change, (run, _) =>
        {
            FreezeSwitch freeze = GuardAccess.Freeze(run);
            if (!freeze.Freeze(run.Value(duration) is { } text ? Durations.Parse("--for", text) : null, run.Value(reason)))
            {
                run.Note("There is a freeze that lasts longer, and it stays as it is: a freeze can be made longer, and only a person can lift it.");
            }

            Write(run, freeze.State);
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Options = [duration, reason],
            Traits = VerbTraits.None,
            Details = "Reading goes on. Holds for plans of this command line and of prox mcp; a call that is under way is not broken off.",
            Examples = [new("freeze --for 2h --reason 'storage maintenance'", "two hours"), new("freeze -c lab", "until somebody lifts it")],
        };
    }

    /// <summary><c>prox unfreeze</c>.</summary>
    public static Verb Unfreeze() =>
        new("unfreeze", "Let plans be applied again. A person has to confirm it at a terminal.", VerbClass.Change, async (run, token) =>
        {
            FreezeSwitch freeze = GuardAccess.Freeze(run);
            if (freeze.State is not null)
            {
                await ConfirmAsync(run, token).ConfigureAwait(false);
                freeze.Thaw();
            }

            Write(run, freeze.State);
            return ExitCodes.Success;
        })
        {
            Traits = VerbTraits.None,
            Examples = [new("unfreeze", "the name of the context has to be typed"), new("unfreeze -c lab", "another one")],
        };

    private static async Task ConfirmAsync(VerbRun run, CancellationToken cancellationToken)
    {
        Questions questions = new(run.Command, cancellationToken);
        string name = GuardAccess.Place(run).Name;
        if (!questions.CanAsk || await questions.AskAsync($"Type {name} to let plans be applied again: ").ConfigureAwait(false) != name)
        {
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = questions.CanAsk ? $"'{name}' was not typed: changes stay frozen" : "A person has to lift the freeze, and nobody can be asked here",
                Hint = "Run prox unfreeze at a terminal.",
            });
        }
    }

    private static void Write(VerbRun run, FreezeState? state) => run.Write(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("context", GuardAccess.Place(run).Name);
        json.WriteBoolean("frozen", state is not null);
        if (state?.Until is { } until)
        {
            json.WriteString("until", until);
        }

        json.WriteOptional("reason", state?.Reason);
        json.WriteEndObject();
    }));
}
