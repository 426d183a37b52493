using System.Text.Json;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes the calls of a plan, one after the other, and puts on record before each what is meant.</summary>
internal sealed class PlanApplier(ProxmoxClient client, Door door, Ledger ledger, PlanStore plans, FreezeSwitch freeze, CallMarks marks)
{
    private const int LongestMessage = 600;

    private readonly PlannedCallMaker _calls = new(client, door, ledger);

    public async Task<ApplyResult> ApplyAsync(
        Plan plan, PlanChecks checks, string approval, IProgress<ApplyProgress>? progress, CancellationToken cancellationToken)
    {
        using IAbandonedMark mark = marks.Hold(plan.Id);
        ApplyResult result = await MakeAsync(plan, checks, approval, progress, cancellationToken).ConfigureAwait(false);
        if (result.Steps is [.., { LedgerNumber: 0, Fault: GuardRefusedException { Reason: "ledger" } }])
        {
            // What came of it is not on record. The mark tells others that it is not under way, so that they ask the server.
            mark.Keep();
        }

        return result;
    }

    private async Task<ApplyResult> MakeAsync(
        Plan plan, PlanChecks checks, string approval, IProgress<ApplyProgress>? progress, CancellationToken cancellationToken)
    {
        List<ApplyStep> steps = [];
        Dictionary<string, PlanTarget> known = new(StringComparer.Ordinal);
        foreach (PlannedCall call in plan.Calls)
        {
            void Report(string? upid, TaskProgress? task) =>
                progress?.Report(new ApplyProgress(steps.Count, plan.Calls.Count, call.ToString(), upid) { Task = task });

            Report(null, null);
            try
            {
                if (steps.Count > 0)
                {
                    // Earlier calls of the plan have changed the state on purpose, and of who a target is what they say.
                    await CompareAgainAsync(plan, call, known, steps.Count, cancellationToken).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
                PutOnRecord(plan, checks, approval, call, isFirst: steps.Count == 0);
            }
            catch (ProxmoxException e) when (steps.Count > 0)
            {
                // What was done before is done: whoever applied the plan has to hear of it.
                steps.Add(NotMade(call, e));
                break;
            }

            ApplyStep step = await _calls.MakeAsync(plan, call, progress is null ? null : Report, cancellationToken).ConfigureAwait(false);

            // The ledger tells by the order of its outcomes which is of which call: after one that it does not have, none may follow.
            bool goesOn = step is { Succeeded: true, LedgerNumber: > 0 } && !(step.IsOpen && call != plan.Calls[^1]);
            steps.Add(goesOn ? await NoteAsync(plan, call, step, known, cancellationToken).ConfigureAwait(false) : step);
            if (!goesOn)
            {
                break;
            }
        }

        return ResultOf(plan, steps);
    }

    private void PutOnRecord(Plan plan, PlanChecks checks, string approval, PlannedCall call, bool isFirst)
    {
        freeze.Check();
        ledger.Append("intent", plan.Id, json => WriteIntent(json, plan, call, approval), entries => CheckLedger(plan, checks, entries, isFirst));
    }

    private static ApplyStep NotMade(PlannedCall call, ProxmoxException why)
    {
        string what = why is GuardRefusedException refusal ? $"Refused ({refusal.Reason})" : "Not made, because what it acts on cannot be read";
        return new ApplyStep(call.ToString(), 0, false, null, UntrustedText.Clean($"{what}: {why.Message}", LongestMessage)) { Fault = why };
    }

    private static ApplyResult ResultOf(Plan plan, List<ApplyStep> steps) =>
        new(plan.Id, steps, steps.Count == plan.Calls.Count && steps[^1] is { Succeeded: true, LedgerNumber: > 0 })
        {
            NotMade = [.. plan.Calls.Skip(steps.Count).Select(static call => call.ToString())],
        };

    /// <summary>Notes what a call that succeeded has made of its targets, for later calls and for the ledger.</summary>
    /// <returns>Its step, with what could not be noted.</returns>
    private async Task<ApplyStep> NoteAsync(
        Plan plan, PlannedCall call, ApplyStep step, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        try
        {
            await NoteMadeAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
            await NoteChangedAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
            await RetiredGuests.NoteAsync(client, ledger, plan, call, cancellationToken).ConfigureAwait(false);
            return step;
        }
        catch (ProxmoxException e)
        {
            // The call is made and on record. Later ones that act on what nobody could read are refused; the others need none of it.
            string hidden = e is GuardRefusedException { Reason: "target" } ? " Or the token may not see it (VM.Audit)." : "";
            return step with
            {
                Note = UntrustedText.Clean(
                    $"It was made; what it has left could not be read, or put on record, so that taking it back may be refused: {e.Message}{hidden}", LongestMessage),
            };
        }
    }

    /// <summary>Puts on record who the guests are that a call has made, and which snapshot it has taken.</summary>
    private async Task NoteMadeAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        foreach (string vmid in NewGuests.MadeBy(call))
        {
            PlanTarget made = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
            known[made.Key] = made;
            ledger.Append("made", plan.Id, made.WriteMembers);
        }

        if (GuestSnapshots.MadeBy(call) is { } snapshot)
        {
            PlanTarget taken = await new TargetReader(client, door).ReadMadeAsync(call, snapshot, cancellationToken).ConfigureAwait(false);
            known[taken.Key] = taken;
            ledger.Append("made", plan.Id, taken.WriteMembers);
        }
    }

    /// <summary>Takes what a call has changed of who a guest is for what is expected from now on, at once: whatever else differs is somebody else's work.</summary>
    private async Task NoteChangedAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        if (call == plan.Calls[^1])
        {
            return;
        }

        foreach (string vmid in IdentityChanges.Guests(call))
        {
            string key = $"guest {vmid}";
            if ((known.GetValueOrDefault(key) ?? plan.Targets.FirstOrDefault(target => target.Key == key)) is not { } before)
            {
                continue;
            }

            try
            {
                PlanTarget now = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
                known[key] = before.AsChangedBy(call, now);
            }
            catch (ProxmoxException)
            {
                // The call is made and on record. What could not be read is not expected, so that a later call is refused that finds it changed.
                known[key] = before;
            }
        }
    }

    // While the ledger is held: two programs cannot use the same plan, or the last place of the hour.
    private void CheckLedger(Plan plan, PlanChecks checks, IReadOnlyList<LedgerEntry> entries, bool isFirst)
    {
        if (isFirst && AppliedCalls.Any(entries, plan.Id))
        {
            throw plans.Used(plan.Id, entries);
        }

        checks.Limit(entries, client.Options.TimeProvider.GetUtcNow());
    }

    /// <summary>
    /// Compares who the targets are with the plan, and with what its own calls have made of them. What the call goes by is compared with what the plan tells:
    /// calls on guests change none of that but their addresses, and what waits for their next start; where an earlier one is on something else it may have changed
    /// it on purpose.
    /// </summary>
    private async Task CompareAgainAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, int place, CancellationToken cancellationToken)
    {
        TargetReader targets = new(client, door);
        PlannedCall[] earlier = [.. plan.Calls.Take(place)];
        bool areRulesAsTold = earlier.All(static before => GuestNames.IsInPath(before) && !before.Path.Contains("/firewall/", StringComparison.Ordinal));
        bool mayWait = earlier.Any(GuestNames.IsConfig);
        foreach (PlanTarget target in await targets.ReadAsync(call, new NewGuests(), int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            PlanTarget? planned = known.GetValueOrDefault(target.Key)
                ?? plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key);
            PlanComparison.Refuse(plan, target, planned, identityOnly: true);
            if (areRulesAsTold && plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key) is { } told)
            {
                PlanComparison.RefuseRules(plan, target, told, rule => !mayWait || !DroppedChanges.IsFact(rule));
            }
        }
    }

    private static void WriteIntent(Utf8JsonWriter json, Plan plan, PlannedCall call, string approval)
    {
        json.WriteString("context", plan.Context);
        json.WriteString("call", call.ToString());
        json.WriteString("class", call.Set.Words);
        json.WriteString("approval", approval);
        if (plan.Draft.Undoes is { } undoes)
        {
            json.WriteString("undoes", undoes);
        }

        json.WriteStartArray("targets");
        foreach (PlanTarget target in plan.Targets)
        {
            target.Write(json);
        }

        json.WriteEndArray();
        json.WriteNumber("undoCalls", plan.Undo.Count);
    }
}
