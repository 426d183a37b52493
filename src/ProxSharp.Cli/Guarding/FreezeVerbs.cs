using System.CommandLine;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
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
        Option<bool> all = new("--all") { Description = "Freeze all contexts, whatever server they lead to" };
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
                + "both, or --all freezes all contexts of this user. It is lifted for each context by itself. Reading goes on. Holds for plans of this command "
                + "line and of prox mcp; a call that is under way is not broken off.",
            Examples =
            [
                new("freeze --for 2h --reason 'storage maintenance'", "the current context, two hours"),
                new("freeze -c lab", "another one, until somebody lifts it"),
                new("freeze --all", "all contexts: whatever an agent is doing, it stops"),
            ],
        };
    }

    private static void FreezeAll(VerbRun run, TimeSpan? duration, string? reason)
    {
        CommandServices services = run.Command.Services;
        (string Name, FreezeSwitch Freeze)[] all =
            [.. services.Contexts.Load().Items.Select(context => (context.Name!, new FreezeSwitch(GuardPlaces.Find(services, context).StateFolder, services.Time)))];
        if (all.Length == 0)
        {
            throw CliException.Usage("There is no context to freeze", "Remember a server with: prox login URL, or prox context add NAME URL");
        }

        Exception? failure = Freeze(run, [.. all.Select(static one => one.Freeze)], duration, reason);
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((string name, FreezeSwitch freeze) in all)
            {
                WriteState(json, name, freeze.State);
            }

            json.WriteEndArray();
        }));
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // One switch that cannot be turned must not keep the others from it: the first failure is returned, and no attempt is left out.
    private static Exception? Freeze(VerbRun run, FreezeSwitch[] switches, TimeSpan? duration, string? reason)
    {
        Exception? failure = null;
        bool isShorter = false;
        foreach (FreezeSwitch freeze in switches)
        {
            try
            {
                isShorter |= !freeze.Freeze(duration, reason);
            }
            catch (Exception e) when (e is GuardRefusedException or IOException or UnauthorizedAccessException)
            {
                failure ??= e;
            }
        }

        if (isShorter)
        {
            run.Note(Longer);
        }

        return failure;
    }

    private static void NameOthers(VerbRun run)
    {
        CommandServices services = run.Command.Services;
        string folder = GuardAccess.Place(run).StateFolder;
        string[] others =
        [
            .. services.Contexts.Load().Items
                .Where(other => other.Endpoints.Any(endpoint => run.Context.Endpoints.Contains(endpoint)))
                .Where(other => GuardPlaces.Find(services, other).StateFolder is { } place && place != folder && new FreezeSwitch(place, services.Time).State is null)
                .Select(static other => other.Name!),
        ];
        if (others.Length > 0)
        {
            run.Note($"Plans of {string.Join(", ", others)} go on, which {(others.Length == 1 ? "leads" : "lead")} to the same server; --all stops them too.");
        }
    }

    /// <summary><c>prox unfreeze</c>.</summary>
    public static Verb Unfreeze() =>
        new("unfreeze", "Let plans of a context be applied again. A person has to confirm it at a terminal.", VerbClass.Change, async (run, token) =>
        {
            FreezeSwitch freeze = GuardAccess.Freeze(run);
            if (freeze.State is not null)
            {
                await ConfirmAsync(run, token).ConfigureAwait(false);
                freeze.Thaw();
            }

            run.Write(JsonText.Build(json => WriteState(json, GuardAccess.Place(run).Name, freeze.State)));
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
