using System.CommandLine;
using System.Globalization;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Guarding;

/// <summary><c>prox undo</c> and <c>prox retire</c>: ways back, and the change that keeps one.</summary>
internal static class BackVerbs
{
    private const string UsualKeep = "30d";

    /// <summary><c>prox undo</c>.</summary>
    public static Verb Undo()
    {
        Argument<int> number = new("number") { Description = "The number of an entry of the ledger (prox audit list)" };
        Option<bool> apply = ApplyOption();
        Option<bool> changed = new("--even-changed") { Description = "Also overwrite what others have set since; the plan names it" };
        return new Verb("undo", "Plan to take back what an applied plan did.", VerbClass.Change, async (run, token) =>
        {
            ChangeRules.CheckContext(run, run.Context);
            OperationGuard guard = await GuardAccess.OpenAsync(run, token).ConfigureAwait(false);
            UndoOptions options = new() { EvenChanged = run.Value(changed) };
            try
            {
                Plan plan = await PlanAsync(guard, run.Value(apply) && !run.IsShown, () => guard.PlanUndoAsync(run.Value(number), options, token)).ConfigureAwait(false);
                return await FinishAsync(run, guard, plan, run.Value(apply), token).ConfigureAwait(false);
            }
            catch (GuardRefusedException back) when (back.Reason == GuardRefusedException.Unneeded)
            {
                return PlanText.WriteUnneeded(run.Command, run.Command.Output, back.Message);
            }
        })
        {
            Arguments = [number],
            Options = [apply, changed],
            Traits = VerbTraits.DryRun,
            MakesPlans = true,
            Details =
                "The calls of that plan that succeeded are taken back, the last one first: configurations get their old values, what was made is removed. What "
                + "failed is left alone. The way back is a plan like any other. It is refused if the number belongs to something else by now, if somebody has "
                + "set what the plan set to something else since, or if nobody knows what became of a call.",
            Examples =
            [
                new("undo 12", "see what it would do"),
                new("undo 12 --dry-run", "the same, and keep no plan"),
                new("undo 12 --apply", "do it"),
                new("undo 12 --even-changed", "although somebody has changed it since"),
            ],
        };
    }

    /// <summary><c>prox retire</c>.</summary>
    public static Verb Retire()
    {
        GuestTargets targets = new(GuestKind.Any, takesWords: false);
        Option<string> keep = new("--keep") { Description = "How long it is kept at least: 30d [default: 30d]", HelpName = "time" };
        Option<bool> apply = ApplyOption();
        return new Verb(
            "retire",
            "Plan to take a guest out of service in place of deleting it: shut down, tagged 'retired', protected, with a date from which it may go.",
            VerbClass.Change,
            async (run, token) =>
            {
                run.Expect(ProxmoxProduct.VirtualEnvironment);
                ChangeRules.CheckContext(run, run.Context);
                TimeSpan time = Durations.Parse("--keep", run.Value(keep) ?? UsualKeep);
                OperationGuard guard = await GuardAccess.OpenAsync(run, token).ConfigureAwait(false);
                IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, token).ConfigureAwait(false);
                if (guests.Count != 1)
                {
                    throw CliException.Usage(
                        string.Create(CultureInfo.InvariantCulture, $"That fits {guests.Count} guests, and one is retired at a time"),
                        "Name the one you mean by its number");
                }

                ChangeRules.CheckTags(run.Context, guests);
                Plan plan = await PlanAsync(guard, run.Value(apply) && !run.IsShown, () => guard.PlanRetirementAsync(guests[0].Id.Value, time, token)).ConfigureAwait(false);
                return await FinishAsync(run, guard, plan, run.Value(apply), token).ConfigureAwait(false);
            })
        {
            Arguments = [targets.Argument],
            Options = [keep, apply],
            Traits = VerbTraits.DryRun,
            MakesPlans = true,
            Details =
                "Nothing is lost, and prox undo brings it back, as long as nobody else has changed its tags, notes or protection. From that day on, prox retired "
                + "purge plans to destroy it, and a person has to agree. Only a person can take the protection away in another way.",
            Examples = [new("retire staging", "see what it would do"), new("retire 106 --keep 90d --apply", "do it, and keep it for three months")],
        };
    }

    internal static Option<bool> ApplyOption() => new("--apply") { Description = "Apply the plan at once; approvals are needed as ever" };

    // Whoever is refused while changes are frozen hears of the freeze: that is what has to end first, whatever the policy says.
    internal static async Task<Plan> PlanAsync(OperationGuard guard, bool apply, Func<Task<Plan>> plan)
    {
        if (apply)
        {
            guard.Freeze.Check();
        }

        try
        {
            return await plan().ConfigureAwait(false);
        }
        catch (GuardRefusedException refusal) when (refusal.Reason == "policy")
        {
            guard.Freeze.Check();
            throw;
        }
    }

    internal static async Task<int> FinishAsync(VerbRun run, OperationGuard guard, Plan plan, bool apply, CancellationToken cancellationToken) =>
        run.IsShown ? await PlanDryRun.ShowAsync(run, guard, plan, [], cancellationToken).ConfigureAwait(false)
        : apply ? await PlanNoun.ApplyAsync(run, guard, plan.Id, cancellationToken).ConfigureAwait(false)
        : PlanNoun.Show(run, run.Command.Output, guard, plan);
}
