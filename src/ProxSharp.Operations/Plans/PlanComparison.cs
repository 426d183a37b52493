using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Compares what a plan says with what the planner makes of its calls now.</summary>
internal static class PlanComparison
{
    /// <summary>Refuses if anything is different.</summary>
    /// <exception cref="GuardRefusedException">A target has changed (<c>drift</c>), or the plan says what no planner has written (<c>tampered</c>).</exception>
    public static void Check(Plan plan, PlanDraft now)
    {
        foreach (PlanTarget target in now.Targets)
        {
            Refuse(plan, target, plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key), identityOnly: false);
        }

        if (plan.Targets.FirstOrDefault(planned => now.Targets.All(target => target.Key != planned.Key)) is { } gone)
        {
            throw new GuardRefusedException("drift", $"Plan {plan.Id[..12]} is refused: it would not act on {UntrustedText.Clean(gone.Key, 200)} any more.");
        }

        PlanDraft then = plan.Draft;
        if (LeftBackups.Lost(then.Consequences, now.Consequences) is { } told)
        {
            throw new GuardRefusedException(
                "drift", $"Plan {plan.Id[..12]} is refused: backups are gone, or fewer, since it was made, which said: {UntrustedText.Clean(told, 200)} Make a new one.");
        }

        if (!Same(then.Undo, now.Undo) && then.Undo.Select(Said).SequenceEqual(now.Undo.Select(Said)))
        {
            throw new GuardRefusedException("drift", $"Plan {plan.Id[..12]} is refused: how bad its way back is has changed since it was made. Make a new one.");
        }

        string? what = then.Targets.Count != now.Targets.Count ? "a target twice"
            : !Same(then.Calls, now.Calls) ? "calls that are not made so"
            : then.Undoes != now.Undoes || !then.Released.SequenceEqual(now.Released) ? "a retirement that it does not take back"
            : !then.Purges.SequenceEqual(now.Purges) ? "other retirements than it brings to their end"
            : !then.Overwrites.SequenceEqual(now.Overwrites) ? "other changes of others than it overwrites"
            : !then.Final.SequenceEqual(now.Final) || !Same(then.Undo, now.Undo) ? "another way back than there is"
            : !Lasting(then).SequenceEqual(Lasting(now)) ? "other consequences than there are"
            : null;
        if (what is not null)
        {
            throw new GuardRefusedException("tampered", $"Plan {plan.Id[..12]} is not as plans are made: it names {what}.");
        }
    }

    /// <summary>Refuses if a target is not the one that was planned.</summary>
    public static void Refuse(Plan plan, PlanTarget target, PlanTarget? planned, bool identityOnly) =>
        Refuse(plan, target, planned is null ? ["it was no target of the plan"] : [.. planned.Drift(target, identityOnly)]);

    /// <summary>Refuses if what a call goes by is not what the plan tells.</summary>
    public static void RefuseRules(Plan plan, PlanTarget target, PlanTarget planned, Func<string, bool> counts) =>
        Refuse(plan, target, [.. planned.RuleDrift(target, counts)]);

    private static void Refuse(Plan plan, PlanTarget target, string[] drift)
    {
        if (drift.Length > 0)
        {
            string what = UntrustedText.Clean(string.Join("; ", drift), 400);
            throw new GuardRefusedException("drift", $"Plan {plan.Id[..12]} is refused: {target.Key} is not what it was when the plan was made: {what}.");
        }
    }

    private static bool Same(IReadOnlyList<PlannedCall> then, IReadOnlyList<PlannedCall> now) =>
        then.Count == now.Count && then.Zip(now).All(static pair => pair.First.IsSame(pair.Second));

    private static bool Same(IReadOnlyList<UndoStep> then, IReadOnlyList<UndoStep> now) =>
        then.Count == now.Count && then.Zip(now).All(static pair => pair.First.Of == pair.Second.Of && pair.First.Call.IsSame(pair.Second.Call));

    // Which class a way back has the state of the server decides, and a plan that says another one was made before.
    private static string Said(UndoStep step) =>
        $"{step.Of} {step.Call.Title} {string.Join('\n', step.Call.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Text}"))}";

    private static IEnumerable<string> Lasting(PlanDraft draft) => draft.Consequences.Where(static line => !Consequences.IsOfTheMoment(line));
}
