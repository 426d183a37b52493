using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>The checks that a plan must pass when it is made, and again when it is applied.</summary>
internal sealed class PlanChecks(GuardPolicy policy)
{
    // Up to here the guests are read in any case, to say who is protected.
    private const int AlwaysRead = 50;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    /// <summary>What is older counts as under way no more, whatever became of it.</summary>
    public static readonly TimeSpan LooksBack = TimeSpan.FromDays(7);

    public void Allow(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        string[] destinations = Destinations.Of(call);
        foreach (PlanTarget target in targets)
        {
            bool isCopied = CopySources.IsOne(call, target);
            PolicyTarget meant = target.Policy with { Destinations = destinations, IsCopied = isCopied };
            policy.Check(isCopied ? OfSource(call, targets) : call.Classes, call.Title, meant, StateRaises.Why(call) + RestoredSettings.Named(targets));
        }

        // Reading a file in a guest tells as much as a command does.
        if (call.Set.Has(OperationClass.Exec))
        {
            CheckCommand(call);
        }
    }

    // Whoever is only copied loses nothing where the copy takes the place of another guest.
    private static IEnumerable<OperationClass> OfSource(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        bool isDisturbed = !VolumeEffects.WritesOver(call) || TakenAddresses.AreTaken(targets);
        return call.Classes.Where(kind => kind != OperationClass.Destructive && (isDisturbed || kind != OperationClass.Disruptive)).DefaultIfEmpty(OperationClass.Reversible);
    }

    /// <summary>Refuses a plan that changes too many.</summary>
    /// <param name="targets">What its calls change; what they only copy stays as it is, and does not count.</param>
    public void Count(IReadOnlyCollection<PlanTarget> targets)
    {
        int guests = targets.Count(static target => target.Key.StartsWith("guest ", StringComparison.Ordinal));

        // One that is written over is the same from then on.
        int made = targets.Count(target => target.Key.StartsWith("new guest ", StringComparison.Ordinal)
            && !targets.Any(written => target.Key == $"new {written.Key}"));
        int files = targets.Count(static target => target.Key.StartsWith("file ", StringComparison.Ordinal));
        int count = guests + made > 0 ? guests + made : targets.Count - files;
        if (count > policy.TargetsPerPlan)
        {
            throw new GuardRefusedException("limit", $"The plan has {count} targets; the policy allows {policy.TargetsPerPlan} in one.");
        }
    }

    /// <summary>Refuses a plan that is too large by what its calls say themselves, before anything is read for it.</summary>
    public void Foresee(IReadOnlyList<PlannedCall> calls)
    {
        if (calls.Count > policy.MutationsPerHour)
        {
            throw new GuardRefusedException("limit", $"The plan has {calls.Count} calls; the policy allows {policy.MutationsPerHour} in an hour.");
        }

        int guests = calls.SelectMany(GuestNames.NamedAnyhow).Distinct(StringComparer.Ordinal).Count();
        if (guests > Math.Max(policy.TargetsPerPlan, AlwaysRead))
        {
            throw new GuardRefusedException("limit", $"The plan has at least {guests} targets; the policy allows {policy.TargetsPerPlan} in one.");
        }
    }

    /// <summary>Refuses calls that would be too many for this hour, or too many at once. A plan counts as a whole: half of one is worse than none.</summary>
    public void Limit(IReadOnlyList<LedgerEntry> ledger, DateTimeOffset now, int calls = 1)
    {
        LedgerEntry[] intents = [.. ledger.Where(entry => entry.Time > now - s_hour && entry.Kind == "intent")];
        if (intents.Length + calls > policy.MutationsPerHour)
        {
            throw new GuardRefusedException("limit", TooMany(intents, calls));
        }

        LedgerEntry[] running = UnderWay(ledger, now);
        if (running.Length >= policy.ConcurrentTasks)
        {
            string[] left = [.. running.Select(static entry => entry.Facts.Text("upid")).OfType<string>()];
            string next = left.Length == 0 ? "" : $" Nobody has waited to the end of {string.Join(", ", left)}.";
            string gone = left.Length == running.Length
                ? ""
                : $" One whose program was ended is given up {GoneCalls.Patience.TotalSeconds:0} s after it was made, unless the server still runs its task.";
            throw new GuardRefusedException("limit", $"{running.Length} calls are under way; the policy allows {policy.ConcurrentTasks} at once.{next}{gone}");
        }
    }

    /// <summary>True if as many calls are under way as may be at once.</summary>
    public bool IsFull(IReadOnlyList<LedgerEntry> ledger, DateTimeOffset now) => UnderWay(ledger, now).Length >= policy.ConcurrentTasks;

    // The calls of a plan are made one after another: the last entry tells whether one is under way, however old its intent is.
    private static LedgerEntry[] UnderWay(IReadOnlyList<LedgerEntry> ledger, DateTimeOffset now) =>
    [
        .. ledger.Where(entry => entry.Time > now - LooksBack && (entry.Kind is "intent" or "outcome" or LeftTasks.Kind))
            .GroupBy(static entry => entry.PlanId, StringComparer.Ordinal).Select(static plan => plan.Last()).Where(IsUnderWay),
    ];

    // A task that was left goes on: its place is free when its end is on record.
    private static bool IsUnderWay(LedgerEntry last) =>
        last.Kind == "intent" || (last.Kind == "outcome" && last.Facts.Text("result") == AppliedCalls.Running);

    private string TooMany(LedgerEntry[] intents, int calls)
    {
        string more = calls == 1 ? "" : $", and these are {calls}";
        string said = $"{intents.Length} calls were made in the last hour{more}; the policy allows {policy.MutationsPerHour}.";
        int old = intents.Length + calls - policy.MutationsPerHour;
        return old <= intents.Length && calls <= policy.MutationsPerHour
            ? $"{said} There is room again at {intents.Select(static entry => entry.Time).Order().ElementAt(old - 1) + s_hour:u}."
            : said;
    }

    public GuardPolicy Policy => policy;

    // Whatever the policy says: what was retired to be kept for a while goes only if a person agrees, and so does what others have set since.
    public ApprovalKind Approval(Plan plan) =>
        plan.Calls.Select(Approval).Append(plan.Draft.Purges.Count + plan.Draft.Overwrites.Count > 0 ? ApprovalKind.Prompt : ApprovalKind.None).Max();

    // Whoever plans does not widen what they may do: that needs a person at a terminal, or more if what it makes allowed does.
    private ApprovalKind Approval(PlannedCall call)
    {
        ApprovalKind needed = call.Classes.Max(policy.ApprovalFor);
        return call.Grants == OperationClass.Read
            ? needed
            : new[] { needed, policy.ApprovalFor(call.Grants), ApprovalKind.Prompt }.Max();
    }

    private void CheckCommand(PlannedCall call)
    {
        if (!call.Path.EndsWith("/agent/exec", StringComparison.Ordinal) || call.Parameters.Find("input-data") is not null)
        {
            throw new GuardRefusedException("exec", $"{call.Title} is refused: of what runs in guests, only commands that a template allows can be planned.");
        }

        policy.CheckCommand([.. call.Parameters.Where(static parameter => parameter.Name == "command").Select(static parameter => parameter.Text)]);
    }
}
