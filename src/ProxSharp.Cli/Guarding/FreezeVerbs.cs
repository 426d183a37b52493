using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary><c>prox freeze</c> and <c>prox unfreeze</c>: stop every plan at once.</summary>
internal static class FreezeVerbs
{
    private const string Longer =
        "There is a freeze that lasts longer, and it stays as it is: a freeze can be made longer, and only a person can lift it.";

    /// <summary><c>prox freeze</c>.</summary>
    public static Verb Freeze()
    {
        Option<string> duration = new("--for") { Description = "How long: 30m, 2h, 3d [default: until prox unfreeze]", HelpName = "time" };
        Option<string> reason = new("--reason") { Description = "Why; whoever is refused reads it", HelpName = "text" };
        Option<bool> all = new("--all") { Description = "Freeze all contexts, whatever server they lead to, and those that are added later" };
        return new Verb("freeze", "Stop all plans of a context at once, also those that are being applied.", VerbClass.Change, (run, _) =>
        {
            TimeSpan? time = run.Value(duration) is { } text ? Durations.Parse("--for", text) : null;
            if (run.Value(all))
            {
                FreezeAll(run, time, run.Value(reason));
                return Task.FromResult(ExitCodes.Success);
            }

            FreezeSwitch freeze = GuardAccess.Freeze(run);
            if (!freeze.Freeze(time, run.Value(reason)))
            {
                run.Note(Longer);
            }

            NameOthers(run);
            run.Write(JsonText.Build(json => WriteState(json, GuardAccess.Place(run).Name, freeze.State)));
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Options = [duration, reason, all],
            Traits = VerbTraits.None,
            Details =
                "A freeze belongs to a context and not to its server: another context with the same address goes on, unless a policy of the machine holds for "
                + "both. --all freezes all contexts of this user at once, those that are added later too, until prox unfreeze --all. Reading goes on. Holds for "
                + "plans of this command line and of prox mcp; a call that is under way is not broken off. Commands that change something at once are "
                + "refused where a policy is, frozen or not, and go on where none is: there a freeze stops plans alone.",
            Examples =
            [
                new("freeze --for 2h --reason 'storage maintenance'", "the current context, two hours"),
                new("freeze -c lab", "another one, until somebody lifts it"),
                new("freeze --all", "all contexts: no plan is applied any more"),
            ],
        };
    }

    // One file for all of them, so that it holds for contexts that are added while it lasts, and for servers without one.
    private static void FreezeAll(VerbRun run, TimeSpan? duration, string? reason)
    {
        try
        {
            if (!GuardPlaces.CommonFreeze(run.Command.Services).Freeze(duration, reason))
            {
                run.Note(Longer);
            }
        }
        catch (GuardRefusedException damaged) when (damaged.Reason == "frozen")
        {
            // A switch does not know that it is the one of all: what lifts it is another command.
            throw new GuardRefusedException(damaged.Reason, damaged.Message, damaged) { IsCommonFreeze = true };
        }

        WriteAll(run);
        NameUnguarded(run);
    }

    // What is no plan is stopped by a policy, and not by a freeze: nobody is to rely on what does not hold.
    private static void NameUnguarded(VerbRun run)
    {
        CommandServices services = run.Command.Services;
        string[] open =
        [
            .. services.Contexts.Load().Items.Where(context => !context.IsReadOnly && !GuardPlaces.Find(services, context).HasPolicy)
                .Select(static context => context.Name!),
        ];
        if (open.Length > 0)
        {
            run.Note($"The freeze holds for plans. {string.Join(", ", open)} {(open.Length == 1 ? "has" : "have")} no policy, so that commands which change "
                + "something at once go on there; a policy stops them.");
        }
    }

    private static void WriteAll(VerbRun run)
    {
        CommandServices services = run.Command.Services;
        (string Name, FreezeState? State)[] all =
        [
            .. services.Contexts.Load().Items.Select(
                context => (context.Name!, GuardPlaces.Freeze(services, GuardPlaces.Find(services, context)).State)),
        ];
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((string name, FreezeState? state) in all)
            {
                WriteState(json, name, state);
            }

            json.WriteEndArray();
        }));
        if (all.Length == 0 && GuardPlaces.CommonFreeze(services).State is not null)
        {
            run.Note("There is no context yet; the freeze holds for those that are added.");
        }
    }

    private static void NameOthers(VerbRun run)
    {
        CommandServices services = run.Command.Services;
        GuardPlace own = GuardAccess.Place(run);
        string[] others =
        [
            .. services.Contexts.Load().Items
                .Where(other => other.Endpoints.Any(endpoint => run.Context.Endpoints.Contains(endpoint)))
                .Where(other => GuardPlaces.Find(services, other) is { } place && place.StateFolder != own.StateFolder
                    && GuardPlaces.Freeze(services, place).State is null)
                .Select(static other => other.Name!),
        ];
        if (others.Length > 0)
        {
            run.Note($"Plans of {string.Join(", ", others)} go on, which {(others.Length == 1 ? "leads" : "lead")} to the same server; --all stops them too.");
        }
    }

    /// <summary><c>prox unfreeze</c>.</summary>
    public static Verb Unfreeze()
    {
        Option<bool> all = new("--all") { Description = "Lift the freeze of all contexts; one that is frozen by itself stays so" };
        const string summary = "Let plans of a context be applied again. A person has to confirm it at a terminal.";
        return new Verb("unfreeze", summary, VerbClass.Change, async (run, token) =>
        {
            if (run.Value(all))
            {
                await ThawAsync(run, GuardPlaces.CommonFreeze(run.Command.Services), "all", "prox unfreeze --all", token).ConfigureAwait(false);
                WriteAll(run);
                return ExitCodes.Success;
            }

            GuardPlace place = GuardAccess.Place(run);
            FreezeSwitch own = new(place.StateFolder, run.Command.Services.Time);
            await ThawAsync(run, own, place.Name, "prox unfreeze", token).ConfigureAwait(false);
            FreezeState? state = GuardAccess.Freeze(run).State;
            run.Write(JsonText.Build(json => WriteState(json, place.Name, state)));
            return state is null ? ExitCodes.Success : throw AllFrozen(place.Name);
        })
        {
            Options = [all],
            Traits = VerbTraits.None,
            Examples =
            [
                new("unfreeze", "the name of the context has to be typed"),
                new("unfreeze -c lab", "another one"),
                new("unfreeze --all", "lifts what freeze --all has done; 'all' has to be typed"),
            ],
        };
    }

    private static async Task ThawAsync(VerbRun run, FreezeSwitch freeze, string name, string command, CancellationToken cancellationToken)
    {
        if (freeze.State is not null)
        {
            await ConfirmAsync(run, name, command, cancellationToken).ConfigureAwait(false);
            freeze.Thaw();
        }
    }

    private static CliException AllFrozen(string name) => new(new CliError
    {
        Code = "refused_frozen",
        ExitCode = ExitCodes.Refused,
        Message = $"All contexts are frozen together, so {name} stays frozen",
        Hint = "A person lifts it at a terminal: prox unfreeze --all",
    });

    private static async Task ConfirmAsync(VerbRun run, string name, string command, CancellationToken cancellationToken)
    {
        Questions questions = new(run.Command, cancellationToken);
        if (!questions.CanAsk || await questions.AskAsync($"Type {name} to let plans be applied again: ").ConfigureAwait(false) != name)
        {
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = questions.CanAsk ? $"'{name}' was not typed: changes stay frozen" : "A person has to lift the freeze, and nobody can be asked here",
                Hint = $"Run {command} at a terminal.",
            });
        }
    }

    private static void WriteState(Utf8JsonWriter json, string context, FreezeState? state)
    {
        json.WriteStartObject();
        json.WriteString("context", context);
        json.WriteBoolean("frozen", state is not null);
        if (state?.Until is { } until)
        {
            json.WriteString("until", until);
        }

        json.WriteOptional("reason", state?.Reason);
        json.WriteEndObject();
    }
}
