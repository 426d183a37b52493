using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>The noun <c>plan</c>: changes that are looked at before they are made.</summary>
internal static class PlanNoun
{
    private static readonly ResultShape s_list = new()
    {
        LeadingFields = ["plan", "state", "class", "expires", "calls"],
        TableFields = ["plan", "state", "class", "expires", "calls"],
        NameField = "plan",
    };

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun(
        "plan", "Plans: changes that are looked at, approved and applied once, to exactly the things they were made for.")
    {
        Details =
            "A plan names every call with its parameters and the identity of what it acts on. It is refused when something else has the number by then, when "
            + "the configuration or state has changed, when it was applied before, or when its time is over. Where a policy guards a server, plans are the "
            + "only way to change it.",
    }.Add(Create(), Apply(), List(), Show(), Discard());

    private static Verb Create()
    {
        Argument<string[]> words = new("command")
        {
            Description = "A command as it would be typed without prox, or POST, PUT or DELETE with a path and key=value",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> calls = new("--calls")
        {
            Description = "Several calls from a file (- is standard input): a JSON list of {\"method\",\"path\",\"parameters\"}",
            HelpName = "file",
        };
        Option<bool> snapshot = new("--snapshot-first") { Description = "Take a snapshot of each guest first; refused where the storage makes none" };
        return new Verb("create", "Plan a change. Nothing is sent but questions.", VerbClass.Read, (run, token) =>
        {
            PlanOptions options = new() { SnapshotFirst = run.Value(snapshot) };
            return run.Value(calls) is { } file ? OfFileAsync(run, file, options, token) : OfCommandAsync(run, run.Value(words) ?? [], options, token);
        })
        {
            Arguments = [words],
            Options = [calls, snapshot],
            Traits = VerbTraits.DryRun,
            Details = "The options of the command stand behind it, as usual. What the command would ask about is asked when the plan is applied.",
            Examples =
            [
                new("plan create vm shutdown web-1", "the plan and what it means"),
                new("plan create --snapshot-first vm set web-1 --memory 8192 -o json", "with a snapshot first; for a program"),
                new("plan create DELETE /nodes/pve1/qemu/106 purge=1", "any call of the API"),
                new("plan create --calls calls.json", "several calls, for example to make a guest and start it"),
            ],
        };
    }

    private static async Task<int> OfFileAsync(VerbRun run, string file, PlanOptions options, CancellationToken cancellationToken)
    {
        OperationGuard guard = await GuardAccess.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        PlanRequest[] requests = await PlanCalls.ReadAsync(run, file, cancellationToken).ConfigureAwait(false);
        return await PlanAsync(run, run.Command.Output, guard, requests, options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> OfCommandAsync(VerbRun run, string[] words, PlanOptions options, CancellationToken cancellationToken)
    {
        if (words.Length == 0)
        {
            throw CliException.Usage("There is nothing to plan", "Write the command behind: prox plan create vm stop web-1");
        }

        // In front of "--" it is the plan's own, wherever it stands.
        if (words.TakeWhile(static word => word != "--").Contains("--dry-run"))
        {
            throw CliException.Usage("--dry-run cannot be planned", "To see the plan and keep none: prox plan create --dry-run COMMAND");
        }

        // Help for the command that is to be planned, as for any other.
        if (words.TakeWhile(static word => word != "--").Any(static word => word is "--help" or "-h" or "-?"))
        {
            return await PlanCommandLine.ShowHelpAsync(run.Command, words, cancellationToken).ConfigureAwait(false);
        }

        PlanCollector gathered = await PlanCommandLine.GatherAsync(
            run.Command, words, run.Value(run.Standard.Connection.Context), cancellationToken).ConfigureAwait(false);
        OutputSettings output = run.IsGiven(run.Command.OutputOption) ? run.Command.Output : gathered.Run!.Output with { Width = run.Command.Output.Width };
        if (gathered.Calls.Count == 0)
        {
            return PlanText.WriteUnneeded(run.Command, output, "Nothing needs to change: all is as the command would have it.");
        }

        OperationGuard guard = await GuardAccess.OpenAsync(run, gathered.Context!, cancellationToken).ConfigureAwait(false);
        return await PlanAsync(run, output, guard, [.. gathered.Calls.Select(PlanCalls.Request)], options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> PlanAsync(
        VerbRun run, OutputSettings output, OperationGuard guard, PlanRequest[] requests, PlanOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return Show(run, output, guard, await guard.PlanAsync(requests, options, cancellationToken).ConfigureAwait(false));
        }
        catch (GuardRefusedException e) when (e.Reason == GuardRefusedException.Unneeded)
        {
            return PlanText.WriteUnneeded(run.Command, output, e.Message);
        }
        catch (ArgumentException e) when (e.ParamName == "path")
        {
            throw new CliException(CliError.Usage(e.Message.Split(" (Parameter")[0].TrimEnd('.'), "Write the parameters apart from the path"), e);
        }
    }

    private static Verb Apply()
    {
        Argument<string> id = IdArgument();
        Option<string[]> approvals = new("--approval") { Description = "An approval that somebody signed with prox approve --output-file", HelpName = "file" };
        return new Verb("apply", "Apply a plan once, and wait for its tasks.", VerbClass.Change, async (run, token) =>
        {
            ChangeRules.CheckContext(run, run.Context);
            OperationGuard guard = await GuardAccess.OpenAsync(run, token).ConfigureAwait(false);
            string plan = guard.Plans.Find(run.Value(id)!);
            List<Approval> given = await ReadApprovalsAsync(run, guard, plan, run.Value(approvals) ?? [], token).ConfigureAwait(false);
            if (run.IsShown)
            {
                return await PlanDryRun.ShowAsync(run, guard, await guard.ExamineAsync(plan, token).ConfigureAwait(false), given, token).ConfigureAwait(false);
            }

            given.ForEach(guard.Approvals.Add);
            return await ApplyAsync(run, guard, plan, token).ConfigureAwait(false);
        })
        {
            Arguments = [id],
            Options = [approvals],
            Traits = VerbTraits.DryRun,
            MakesPlans = true,
            Details =
                "Everything is read and checked again first. Which approval is needed says the policy: none, a person who types the name of the target at this "
                + "terminal, or somebody else with a key (prox approve). No option takes their place. Ends with exit code 7 if it is refused, 8 if an approval "
                + "or a new plan is needed, 6 if something has changed, 9 if a task fails.",
            Examples =
            [
                new("plan apply 3f9c2b7a1d05", "the first digits are enough"),
                new("plan apply 3f9c2b7a1d05 --approval approval.json -o json", "with an approval that came as a file"),
            ],
        };
    }

    // Whoever waits no longer has to know which task goes on.
    private static async Task<ApplyResult> MakeAsync(VerbRun run, OperationGuard guard, string plan, CancellationToken cancellationToken)
    {
        try
        {
            return await guard.ApplyAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && guard.FindLeftTask(plan) is { } upid)
        {
            TaskAdvice.Detached(run, [upid]);
            throw;
        }
    }

    // One that does not count is not kept: it could lie in the place of one that does.
    private static async Task<List<Approval>> ReadApprovalsAsync(
        VerbRun run, OperationGuard guard, string plan, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<Approval> given = [];
        foreach (string file in files)
        {
            Approval approval = await PlanFiles.ReadApprovalAsync(run, file, plan, cancellationToken).ConfigureAwait(false);
            given.Add(guard.Approvals.WhyNot(approval, guard.Plans.Load(plan), guard.ReadPolicy()) is { } why
                ? throw new GuardRefusedException("approval", $"The approval in {file} does not count: {why}. Nothing was applied; get one that does: prox approve --help")
                : approval);
        }

        return given;
    }

    /// <summary>Applies a plan and shows what came of it.</summary>
    public static async Task<int> ApplyAsync(VerbRun run, OperationGuard guard, string plan, CancellationToken cancellationToken)
    {
        ApplyResult result = await MakeAsync(run, guard, plan, cancellationToken).ConfigureAwait(false);
        PlanText.Write(run.Command, result);
        foreach (ApplyStep step in result.Steps.Where(static step => step.Note is not null && step.Note != step.Fault?.Message))
        {
            run.Note($"{step.Call}: {step.Note}");
        }

        if (result.IsComplete)
        {
            run.Note(End(guard.Plans.Load(plan), GuardAccess.Policy(run), result.Steps[^1].LedgerNumber));
            return ExitCodes.Success;
        }

        string rest = result.NotMade.Count == 0 ? "" : $", so this was not done: {string.Join("; ", result.NotMade)}";
        throw new CliException(Failure(result.Steps[^1], rest));
    }

    private static string End(Plan plan, GuardPolicy? policy, long number) => plan.Undo.Count == 0 ? "Done."
        : BackWords.Refused(plan, policy) is null ? string.Create(CultureInfo.InvariantCulture, $"Done. To take it back: prox undo {number}")
        : $"Done. It {BackWords.Of(plan, policy)}.";

    // What went wrong has the code that it has for the command alone; a plan is used up, so that none is to be repeated as it is.
    private static CliError Failure(ApplyStep failed, string rest)
    {
        const string next = "Look at the present state, then plan again.";
        if (failed.Fault is { } fault)
        {
            CliError error = ErrorMapper.Map(fault);
            return error with
            {
                Message = failed.Succeeded ? error.Message.TrimEnd('.') + rest : $"{failed.Call}: {(failed.IsUnknown ? "nobody knows whether it succeeded" : "it did not succeed")} ({error.Message.TrimEnd('.')}){rest}",
                Hint = error.Hint ?? next,
                IsRetryable = false,
                Upid = error.Upid ?? failed.Upid,
            };
        }

        bool isOpen = failed.Succeeded;
        return new CliError
        {
            Code = isOpen ? "call_failed" : "program_failed",
            ExitCode = ExitCodes.Error,
            Message = $"{failed.Call}: the program in the guest {(isOpen ? "has not ended" : "failed")} ({failed.Message.TrimEnd('.')}){rest}",
            Hint = next,
        };
    }

    /// <summary>Shows a plan that was just made and says what comes next.</summary>
    public static int Show(VerbRun run, OutputSettings output, OperationGuard guard, Plan plan)
    {
        PlanText.Write(run.Command, output, plan, guard.Plans.StateOf(plan, run.Command.Services.Time.GetUtcNow()), GuardAccess.Policy(run));
        if (run.IsDryRun)
        {
            run.Note("Nothing was sent, and no plan is kept.");
            PlanDryRun.Object(run, guard, plan, []);
        }
        else if (output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            run.Note($"Apply it with: prox plan apply {PlanText.ShortId(plan.Id)}");
        }

        return ExitCodes.Success;
    }

    private static Verb List()
    {
        Option<bool> open = new("--open") { Description = "Only those that can still be applied" };
        return new Verb("list", "List the plans of this server, the newest first.", VerbClass.Read, (run, _) =>
        {
            run.CheckFields(s_list);
            PlanStore store = GuardAccess.Plans(run);
            DateTimeOffset now = run.Command.Services.Time.GetUtcNow();
            bool isTable = run.Command.Output.Format == OutputFormat.Table;
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (Plan plan in store.List())
                {
                    PlanState state = store.StateOf(plan, now);
                    if (state == PlanState.Open || !run.Value(open))
                    {
                        WriteRow(json, plan, state, isTable);
                    }
                }

                json.WriteEndArray();
            }), s_list);
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Aliases = ["ls"],
            Options = [open],
            Examples = [new("plan list", "all plans that are kept"), new("plan list --open -o json", "those that can be applied, for a program")],
        };
    }

    private static void WriteRow(Utf8JsonWriter json, Plan plan, PlanState state, bool isTable)
    {
        json.WriteStartObject();
        json.WriteString("plan", isTable ? PlanText.ShortId(plan.Id) : plan.Id);
        json.WriteString("state", state.ToString().ToLowerInvariant());
        json.WriteString("class", plan.Class.ToString().ToLowerInvariant());
        PlanText.WriteTime(json, "expires", plan.Expires, isTable);
        json.WriteString("calls", string.Join("; ", plan.Calls));
        json.WriteEndObject();
    }

    private static Verb Show()
    {
        Argument<string> id = IdArgument();
        Option<string> file = new("--output-file")
        {
            Description = "Write the plan itself to a file, for somebody who approves it as another user. A new file is readable for its owner alone; it holds the plan's secrets",
            HelpName = "file",
        };
        return new Verb("show", "Show a plan: its calls, what they act on, and what they mean.", VerbClass.Read, async (run, token) =>
        {
            PlanStore store = GuardAccess.Plans(run);
            Plan plan = store.Load(store.Find(run.Value(id)!));
            if (run.Value(file) is { } name)
            {
                await PlanFiles.WriteAsync(run, name, plan, token).ConfigureAwait(false);
            }

            PlanText.Write(
                run.Command, run.Command.Output, plan, store.StateOf(plan, run.Command.Services.Time.GetUtcNow()), GuardAccess.Policy(run));
            return ExitCodes.Success;
        })
        {
            Arguments = [id],
            Options = [file],
            Examples =
            [
                new("plan show 3f9c2b7a1d05", "what it would do, and its state"),
                new("plan show 3f9c2b7a1d05 -o json", "with identities and facts"),
                new("plan show 3f9c2b7a1d05 --output-file plan.json", "the plan for somebody else: prox approve --plan-file plan.json"),
            ],
        };
    }

    private static Verb Discard()
    {
        Argument<string> id = IdArgument();
        return new Verb("discard", "Make a plan one that nobody can apply any more.", VerbClass.Change, (run, _) =>
        {
            PlanStore store = GuardAccess.Plans(run);
            store.Discard(store.Find(run.Value(id)!));
            run.Note("Done.");
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Arguments = [id],
            Traits = VerbTraits.None,
            Examples = [new("plan discard 3f9c2b7a1d05", "it stays in the list as used"), new("plan discard 3f9c2b7a1d05 -c lab", "of another context")],
        };
    }

    private static Argument<string> IdArgument() => new("plan") { Description = "The name of the plan; its first 8 digits or more" };
}
