using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Cli.Guarding;

/// <summary><c>prox approve</c>: somebody who is not the agent agrees to a plan.</summary>
internal static class ApproveVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Argument<string> id = new("plan") { Description = "The name of the plan; its first 8 digits or more" };
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

        Option<string> state = new("--state")
        {
            Description = "The folder with the agent's plans, if it is another user's: .../prox/agents/CONTEXT",
            HelpName = "folder",
        };

        Option<string> file = new("--output-file") { Description = "Write the approval to a file instead of the agent's folder", HelpName = "file" };
        Settings settings = new(key, name, state, file);
        return new Verb("approve", "Approve a plan of an agent, as somebody else.", VerbClass.Change, (run, token) => RunAsync(run, id, settings, token))
        {
            Arguments = [id],
            Options = [key, name, state, file],
            Traits = VerbTraits.None,
            Details =
                "With a key that the policy names this is the approval of a second principal: keep the key where the agent's user cannot read it. Without a "
                + "key it is the approval of a person at a terminal, who has to type the name of the target. Either way the plan is shown first, and the "
                + "approval is good for this plan alone.",
            Examples =
            [
                new("approve 3f9c2b7a1d05", "at a terminal, as the same user"),
                new(
                    "approve 3f9c2b7a1d05 --key ~/.config/prox/alice.pem --state /home/agent/.config/prox/agents/lab",
                    "as another user of this machine, with a key"),
            ],
        };
    }

    private sealed record Settings(Option<string> Key, Option<string> Name, Option<string> State, Option<string> File);

    private static async Task<int> RunAsync(VerbRun run, Argument<string> id, Settings settings, CancellationToken cancellationToken)
    {
        CliEnvironment environment = run.Command.Services.Environment;
        string folder = run.Value(settings.State) is { } other ? environment.AbsolutePath(other) : GuardAccess.Place(run).StateFolder;
        PlanStore plans = new(Path.Combine(folder, "plans"));
        Plan plan = plans.Load(plans.Find(run.Value(id)!));
        DateTimeOffset now = run.Command.Services.Time.GetUtcNow();
        if (plans.StateOf(plan, now) is not PlanState.Open and var closed)
        {
            string word = closed.ToString().ToLowerInvariant();
            throw new GuardRefusedException(word, $"Plan {PlanText.ShortId(plan.Id)} is {word}.");
        }

        await AskAsync(run, plan, hasKey: run.Value(settings.Key) is not null, cancellationToken).ConfigureAwait(false);
        ApprovalStore store = ApprovalStore.Open(folder, run.Command.Services.Time);
        if (run.Value(settings.Key) is not { } keyFile)
        {
            store.AddPrompt(plan, SafeName(Environment.UserName), now);
            Write(run, plan, "prompt", SafeName(Environment.UserName));
            return ExitCodes.Success;
        }

        string name = run.Value(settings.Name) ?? Path.GetFileNameWithoutExtension(keyFile);
        Approval approval = await SignAsync(environment.AbsolutePath(keyFile), plan, name, now, cancellationToken).ConfigureAwait(false);
        if (run.Value(settings.File) is { } output)
        {
            await File.WriteAllTextAsync(environment.AbsolutePath(output), approval.ToJson(), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            store.Add(approval);
        }

        Write(run, plan, "key", name);
        return ExitCodes.Success;
    }

    // Where a terminal is, the plan is shown and its target typed. A key may also approve in a script: who holds it decides how.
    private static async Task AskAsync(VerbRun run, Plan plan, bool hasKey, CancellationToken cancellationToken)
    {
        Questions questions = new(run.Command, cancellationToken);
        if (!questions.CanAsk && hasKey)
        {
            return;
        }

        if (!questions.CanAsk || !await new PromptApprover(run.Command, questions).ApproveAsync(plan, cancellationToken).ConfigureAwait(false))
        {
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = questions.CanAsk
                    ? $"'{TextCells.Visible(PromptApprover.NameOf(plan))}' was not typed: the plan is not approved"
                    : "Without a key a person has to approve at a terminal, and nobody can be asked here",
                Hint = "Run it at a terminal, or give --key FILE.",
            });
        }
    }

    private static async Task<Approval> SignAsync(string file, Plan plan, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string pem = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
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
