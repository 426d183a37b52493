using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Makes of calls what a plan says about them, from the catalogue, the policy and the present state of the server. It does so when a plan is made, and again
/// when it is applied.
/// </summary>
internal sealed class PlanBuilder(ProxmoxClient client, TargetReader targets, PlanChecks checks)
{
    private readonly StateRaises _raises = new(client);

    // What is derived again is compared with what was planned, which says more than that the server would refuse it.
    private bool _isNew;

    /// <summary>Finds the operations behind requests and the nodes of their guests, and puts snapshots before them if they are wanted.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="options">What is wanted of a new plan; null for one that is complete.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<IReadOnlyList<PlannedCall>> ResolveAsync(IEnumerable<PlanRequest> requests, PlanOptions? options, CancellationToken cancellationToken)
    {
        PlannedCall[] calls = [.. requests.Select(request => PlannedCall.Of(client.Schema, request))];
        checks.Foresee(calls);
        _isNew = options is not null;
        List<PlannedCall> wanted = [];
        NewGuests made = new();
        foreach (PlannedCall call in calls)
        {
            wanted.Add(await targets.ResolveAsync(call, made, cancellationToken).ConfigureAwait(false));
            made.Add(call, []);
        }

        if (options is not null)
        {
            IEnumerable<PlannedCall> existing = wanted.Where(call => made.Find(call.Parameters.Find("vmid")) is null
                && (options.SnapshotFirst || Snapshots.IsWanted(call, checks.Policy)));
            wanted.InsertRange(0, await Snapshots.PlanAsync(client, existing, options.SnapshotFirst, cancellationToken).ConfigureAwait(false));
        }

        return wanted;
    }

    /// <summary>Checks calls and says what they mean.</summary>
    /// <exception cref="GuardRefusedException">The policy does not allow one of them, or a target is not there.</exception>
    public async Task<PlanDraft> BuildAsync(IReadOnlyList<PlannedCall> wanted, PlanRelease release, CancellationToken cancellationToken)
    {
        Building draft = new() { Widening = new Widening(client, checks.Policy), Wanted = wanted };
        foreach (PlannedCall call in wanted)
        {
            await AddAsync(draft, call, release, cancellationToken).ConfigureAwait(false);
        }

        checks.Count([.. draft.Targets.Values.Where(target => draft.Changed.Contains(target.Key))]);
        HashSet<string> shuffled = RuleLists.Shuffled(client.Schema, draft.Calls);
        IReadOnlyList<UndoStep> undo = ClosedWays.Open(draft.Calls, draft.Own, draft.Undo, checks.Policy);
        return new PlanDraft(
            draft.Calls,
            [.. draft.Targets.Values],
            [.. undo.Where(step => RuleLists.Of(client.Schema, draft.Calls[step.Of]) is not { } list || !shuffled.Contains(list))],
            [.. draft.Consequences, .. shuffled.Select(RuleLists.Shuffle)])
        {
            Final = draft.Final,
            Before = draft.Before,
            Released = [.. draft.Targets.Values.Where(static target => target.Policy.IsReleased).Select(static target => target.Key)],
        };
    }

    // Guests and snapshots that a plan makes are foreseen; of anything else nobody knows how it will be.
    private async Task<IReadOnlyList<PlanTarget>> ReadAsync(Building draft, PlannedCall wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await targets.ReadAsync(wanted, draft.Made, checks.Policy.TargetsPerPlan, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException missing) when (draft.Calls.Any(earlier => earlier.Method == ApiMethod.Post
            && wanted.ConcretePath.StartsWith($"{earlier.ConcretePath}/", StringComparison.Ordinal)))
        {
            throw new GuardRefusedException(
                "target",
                $"{UntrustedText.Clean(wanted.Title, 200)} cannot be planned behind the call that may make what it is about: that is not there to be looked at "
                + $"({UntrustedText.Clean(missing.Message, 200)}). Make it with all its values at once, or plan the change once it is there.",
                missing);
        }
    }

    // What only reads is made at once, unless its answer is nothing for everybody.
    private void RefuseRead(PlannedCall wanted)
    {
        if (wanted.Class == OperationClass.Read)
        {
            throw new GuardRefusedException("target", $"{wanted.Title} only reads: it needs no plan.");
        }

        if (wanted.Method == ApiMethod.Get
            && OperationCatalogue.For(client.Schema.Product).Find(wanted.Method, wanted.Path).Reason is { } reason)
        {
            throw new GuardRefusedException(
                "target", $"{wanted.Title} is refused: {reason}, and a plan would not show what it answers. A person runs it where no policy is.");
        }
    }

    private async Task AddAsync(Building draft, PlannedCall wanted, PlanRelease release, CancellationToken cancellationToken)
    {
        RefuseRead(wanted);
        draft.Made.CheckArrival(wanted);
        PlanTarget[] own = [.. (await ReadAsync(draft, wanted, cancellationToken).ConfigureAwait(false)).Select(target => release.Apply(wanted, target))];
        PlannedCall call = GuestNames.IsInPath(wanted) && own[0].Policy.IsReleased
            ? wanted.Released(client.Schema.Product)
            : await _raises.JudgeAsync(Judge(wanted, own, draft), own, cancellationToken).ConfigureAwait(false);
        checks.Allow(call, own);
        if (_isNew)
        {
            CertainRefusals.Check(call, own, draft.Calls);
            await targets.CheckDestinationAsync(call, cancellationToken).ConfigureAwait(false);
        }

        call = await draft.Widening.JudgeAsync(call, own, cancellationToken).ConfigureAwait(false);
        SchemaRules.Of(client.Schema).Validator.Validate(client.Schema.Find(call.Method, call.Path)!, call.Parameters);
        call = UploadedFile.WithChecksum(client.Schema, call, own);
        bool isFirst = own.All(target => !draft.Targets.ContainsKey(target.Key));
        int place = draft.Calls.Count;
        draft.Own.Add(own);
        draft.Before.Add(UndoBuilder.Before(call, own));
        draft.Calls.Add(isFirst ? Digests.Add(client.Schema, call, own, place == 0) : call);
        UndoBuilder ways = new(client.Schema);
        IEnumerable<PlannedCall> lead = GuestPower.IsReached(call, own, draft.Calls.Take(place)) ? [] : ways.Build(call, own);
        UndoStep[] back = await WeighAsync(place, call, own, lead, cancellationToken).ConfigureAwait(false);
        if ((back.Length == 0 && UndoBuilder.LosesData(client.Schema, call)) || ways.Obstacle is not null || ForeignVolumes.IsOne(call)
            || (call.LosesMore && VolumeUsers.IsOne(own) && VolumeEffects.Gives(call)))
        {
            draft.Final.Add(place);
        }

        draft.Undo.InsertRange(0, back);
        draft.Consequences.AddRange(await Consequences.OfAsync(client, call, own, draft.Wanted, cancellationToken).ConfigureAwait(false));
        if (ways.Obstacle is { } obstacle)
        {
            draft.Consequences.Add($"{Consequences.NoWayBack}{UntrustedText.Clean(call.Title, 200)}: {obstacle}.");
        }

        Take(draft, call, own);
        draft.Made.Add(call, own);
    }

    private static void Take(Building draft, PlannedCall call, PlanTarget[] own)
    {
        foreach (PlanTarget target in own)
        {
            draft.Take(target);
            if (!CopySources.IsOne(call, target) && !IsToldByOther(call, target))
            {
                draft.Changed.Add(target.Key);
            }
        }
    }

    // Of a call on disks it is these that count, and of one with a drive it is that, not the tape in it.
    private static bool IsToldByOther(PlannedCall call, PlanTarget target) =>
        (NamedDisks.IsAbout(call) && target.Key == call.ConcretePath) || LoadedTape.IsKey(target.Key);

    // A way back is promised with the class that it will have.
    private async Task<UndoStep[]> WeighAsync(int place, PlannedCall call, PlanTarget[] own, IEnumerable<PlannedCall> ways, CancellationToken cancellationToken)
    {
        List<UndoStep> steps = [];
        foreach (PlannedCall way in ways)
        {
            PlannedCall back = Ejections.WayBack(way, call, own);
            if (own.Length > 0 && WaysBack.IsWeighed(back, call))
            {
                PlanTarget[] left = [await targets.FollowAsync(WaysBack.Left(call, own[0]), back, cancellationToken).ConfigureAwait(false), .. own[1..]];
                back = await _raises.JudgeAsync(back.Path == call.Path ? Judge(back, left, Building.None) : back, left, cancellationToken).ConfigureAwait(false);
            }

            steps.Add(new UndoStep(place, back));
        }

        return [.. steps];
    }

    // What the class of a call is by what it acts on, beyond its parameters.
    private static PlannedCall Judge(PlannedCall wanted, PlanTarget[] own, Building draft)
    {
        PlannedCall call = Replacements.Judge(Ejections.Judge(wanted, own, draft.Steps), own);
        call = VolumeUsers.Judge(ForeignVolumes.Judge(call, own, draft.Steps), own, draft.Steps);
        call = TakenAddresses.Judge(call, own);
        return ShrunkMemory.Judge(LongStarts.Judge(CopyOrders.Judge(BootMedia.Judge(DiskOptions.Judge(call, own), own, draft.Calls))), own);
    }

    private sealed class Building
    {
        /// <summary>No call before.</summary>
        public static Building None { get; } = new() { Widening = null!, Wanted = [] };

        /// <summary>All calls of the plan, those that were not looked at yet, too.</summary>
        public required IReadOnlyList<PlannedCall> Wanted { get; init; }

        public List<PlannedCall> Calls { get; } = [];

        public Dictionary<string, PlanTarget> Targets { get; } = new(StringComparer.Ordinal);

        public List<IReadOnlyList<PlanTarget>> Own { get; } = [];

        public IEnumerable<(PlannedCall Call, IReadOnlyList<PlanTarget> Own)> Steps => Calls.Zip(Own);

        public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

        public List<JsonElement> Before { get; } = [];

        public List<UndoStep> Undo { get; } = [];

        public List<string> Consequences { get; } = [];

        public NewGuests Made { get; } = new();

        public required Widening Widening { get; init; }

        public List<int> Final { get; } = [];

        /// <summary>Takes a target of a call. One that several calls act on is told as it is for all of them, with what each goes by.</summary>
        public void Take(PlanTarget target)
        {
            PlanTarget? earlier = Targets.GetValueOrDefault(target.Key);
            PlanTarget known = earlier?.Following(target.Rules) ?? target;
            Targets[target.Key] = known;
            string[] told = [Plans.Consequences.ActsOn(target), .. earlier is null ? [] : new[] { Plans.Consequences.ActsOn(earlier) }];
            string telling = Plans.Consequences.ActsOn(known);
            for (int i = 0; i < Consequences.Count; i++)
            {
                Consequences[i] = told.Contains(Consequences[i], StringComparer.Ordinal) ? telling : Consequences[i];
            }
        }
    }
}
