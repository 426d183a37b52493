using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary><c>prox approve</c>: somebody who is not the agent agrees to a plan.</summary>
internal static class ApproveVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Argument<string> id = new("plan")
        {
            Description = "The name of the plan; its first 8 digits or more",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> plan = new("--plan-file")
        {
            Description = "The plan of another user (prox plan show --output-file), in place of its name; needs --key and --output-file",
            HelpName = "file",
        };
        Option<string> key = new("--key")
        {
            Description = "The file with your key (prox policy new-key); without one you approve as a person of this user",
            HelpName = "file",
        };
        Option<string> name = new("--as")
        {
            Description = "Your name in the policy [default: the name of the key's file without its ending]",
            HelpName = "name",
        };
        Option<string> file = new("--output-file")
        {
            Description = "Write the approval to a file, which prox plan apply --approval takes; needs --key",
            HelpName = "file",
        };
        Settings settings = new(id, plan, key, name, file);
        return new Verb("approve", "Approve a plan of an agent, as somebody else.", VerbClass.Change, (run, token) => RunAsync(run, settings, token))
        {
            Arguments = [id],
            Options = [plan, key, name, file],
            Traits = VerbTraits.None,
            Details =
                "With a key that the policy names this is the approval of a second principal: keep the key where the agent's user cannot read it. Without a "
                + "key it is the approval of a person at a terminal, who has to type the name of the target. Either way every call is shown first, with what "
                + "follows from it, and the approval is good for this plan alone. A plan by its name is checked against the server; one from a file is shown "
                + "as the catalogue of operations sees its calls, and prox plan apply refuses it if a target is not what the file says.",
            Examples =
            [
                new("approve 3f9c2b7a1d05", "at a terminal, as the same user"),
                new(
                    "approve --plan-file plan.json --key ~/.config/prox/alice.pem --output-file approval.json",
                    "as another user, with a key: prox plan apply PLAN --approval approval.json"),
            ],
        };
    }

    private sealed record Settings(Argument<string> Id, Option<string> Plan, Option<string> Key, Option<string> Name, Option<string> File);

    private static async Task<int> RunAsync(VerbRun run, Settings settings, CancellationToken cancellationToken)
    {
        CheckUsage(run, settings);
        string? keyFile = run.Value(settings.Key);
        DateTimeOffset now = run.Command.Services.Time.GetUtcNow();
        OperationGuard? guard = run.Value(settings.Plan) is null ? await GuardAccess.OpenAsync(run, cancellationToken).ConfigureAwait(false) : null;
        Plan plan = guard is null
            ? await OfFileAsync(run, run.Value(settings.Plan)!, now, cancellationToken).ConfigureAwait(false)
            : await guard.ExamineAsync(guard.Plans.Find(run.Value(settings.Id)!), cancellationToken).ConfigureAwait(false);
        if (keyFile is null && guard!.NeededApproval(plan) == ApprovalKind.SecondPrincipal)
        {
            throw Unapproved(
                "approval_needed", "The policy wants the approval of somebody else with a key for this plan: that of a person at this terminal does not count",
                $"The holder of a key that the policy names runs: prox approve {PlanText.ShortId(plan.Id)} --key FILE");
        }

        await AskAsync(run, plan, guard?.Plans, hasKey: keyFile is not null, cancellationToken).ConfigureAwait(false);
        if (keyFile is null)
        {
            guard!.Approvals.AddPrompt(plan, SafeName(Environment.UserName), now);
            Write(run, plan, "prompt", SafeName(Environment.UserName));
            return ExitCodes.Success;
        }

        string name = run.Value(settings.Name) ?? Path.GetFileNameWithoutExtension(keyFile);
        string key = run.Command.Services.Environment.AbsolutePath(keyFile);
        Approval approval = await SignAsync(key, plan, name, now, cancellationToken).ConfigureAwait(false);
        if (run.Value(settings.File) is { } output)
        {
            await PlanFiles.WriteAsync(run, output, approval, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            guard!.Approvals.Add(approval);
        }

        Write(run, plan, "key", name);
        return ExitCodes.Success;
    }

    private static void CheckUsage(VerbRun run, Settings settings)
    {
        bool hasFile = run.Value(settings.Plan) is not null;
        bool hasKey = run.Value(settings.Key) is not null;
        if (hasFile == run.Value(settings.Id) is not null)
        {
            throw CliException.Usage("Which plan is it", "Name it, or give it as a file: --plan-file FILE");
        }

        if (hasFile && (!hasKey || run.Value(settings.File) is null))
        {
            throw CliException.Usage("A plan from a file is approved with a key, into a file", "Add --key FILE and --output-file FILE");
        }

        if (!hasKey && run.Value(settings.File) is not null)
        {
            throw CliException.Usage("Only the approval of a key can go elsewhere", "Add --key FILE, or leave --output-file out");
        }
    }

    private static async Task<Plan> OfFileAsync(VerbRun run, string file, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Plan plan = await PlanFiles.ReadPlanAsync(run, file, cancellationToken).ConfigureAwait(false);
        return now < plan.Expires ? plan : throw new GuardRefusedException("expired", $"Plan {PlanText.ShortId(plan.Id)} is expired.");
    }

    // Where a terminal is, the target is typed. A key may also approve in a script: who holds it decides how, and sees what it was.
    private static async Task AskAsync(VerbRun run, Plan plan, PlanStore? own, bool hasKey, CancellationToken cancellationToken)
    {
        Questions questions = new(run.Command, cancellationToken);
        if (!questions.CanAsk && hasKey)
        {
            await PromptApprover.ShowAsync(run.Command, plan).ConfigureAwait(false);
            return;
        }

        if (!questions.CanAsk)
        {
            throw Unapproved("approval_needed", "Without a key a person has to approve at a terminal, and nobody can be asked here", "Run it at a terminal, or give --key FILE.");
        }

        if (!await new PromptApprover(run.Command, questions).ApproveAsync(plan, cancellationToken).ConfigureAwait(false))
        {
            // A plan of another user, from a file, is theirs to close.
            own?.Decline(plan);
            throw Unapproved(
                "refused_declined",
                $"The plan is declined{(own is null ? "" : ", and closed")}",
                "If it is wanted after all, make a new plan: prox plan create ...");
        }
    }

    private static CliException Unapproved(string code, string message, string hint) => new(new CliError
    {
        Code = code,
        ExitCode = ExitCodes.ApprovalNeeded,
        Message = message,
        Hint = hint,
    });

    private static async Task<Approval> SignAsync(string file, Plan plan, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string pem = await Terminal.HeldReading.RunAsync(() => GuardFiles.ReadNamedAsync(file, cancellationToken), cancellationToken).ConfigureAwait(false);
        try
        {
            using ApprovalKey key = ApprovalKey.Parse(pem);
            return key.Approve(plan, name, now);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CliException(CliError.Usage(e.Message.Split(" (Parameter")[0].TrimEnd('.'), "prox policy new-key FILE makes a key; --as names you"), e);
        }
    }

    private static string SafeName(string user)
    {
        string safe = string.Concat(user.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return safe.Length > 0 ? safe[..Math.Min(safe.Length, 64)] : "user";
    }

    private static void Write(VerbRun run, Plan plan, string kind, string name) => run.Write(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("plan", plan.Id);
        json.WriteString("kind", kind);
        json.WriteString("by", name);
        json.WriteEndObject();
    }));
}
