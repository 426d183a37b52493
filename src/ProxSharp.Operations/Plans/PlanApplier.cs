using System.Text.Json;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes the calls of a plan, one after the other, and puts on record before each what is meant.</summary>
internal sealed class PlanApplier(ProxmoxClient client, Door door, Ledger ledger, FreezeSwitch freeze, CallMarks marks)
{
    private readonly PlannedCallMaker _calls = new(client, door, ledger);

    public async Task<ApplyResult> ApplyAsync(
        Plan plan, PlanChecks checks, string approval, IProgress<ApplyProgress>? progress, CancellationToken cancellationToken)
    {
        using IDisposable mark = marks.Hold(plan.Id);
        return await MakeAsync(plan, checks, approval, progress, cancellationToken).ConfigureAwait(false);
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

            try
            {
                Report(null, null);
                if (steps.Count > 0)
                {
                    // Earlier calls of the plan have changed the state on purpose, and of who a target is what they say.
                    await CompareAgainAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
                }

                freeze.Check();
                cancellationToken.ThrowIfCancellationRequested();
                bool isFirst = steps.Count == 0;
                ledger.Append("intent", plan.Id, json => WriteIntent(json, plan, call, approval), entries => CheckLedger(plan, checks, entries, isFirst));
            }
            catch (GuardRefusedException refusal) when (steps.Count > 0)
            {
                // What was done before is done: whoever applied the plan has to hear of it.
                steps.Add(new ApplyStep(call.ToString(), 0, false, null, $"Refused ({refusal.Reason}): {refusal.Message}") { Fault = refusal });
                break;
            }

            ApplyStep step = await _calls.MakeAsync(plan, call, progress is null ? null : Report, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            if (!step.Succeeded || (step.IsOpen && call != plan.Calls[^1]))
            {
                break;
            }

            await NoteAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
        }

        return ResultOf(plan, steps);
    }

    private static ApplyResult ResultOf(Plan plan, List<ApplyStep> steps) =>
        new(plan.Id, steps, steps.Count == plan.Calls.Count && steps[^1].Succeeded)
        {
            NotMade = [.. plan.Calls.Skip(steps.Count).Select(static call => call.ToString())],
        };

    /// <summary>Notes what a call that succeeded has made of its targets, for later calls and for the ledger.</summary>
    private async Task NoteAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        await NoteMadeAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
        await NoteChangedAsync(plan, call, known, cancellationToken).ConfigureAwait(false);
        await RetiredGuests.NoteAsync(client, ledger, plan, call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts on record who the guests are that a call has made.</summary>
    private async Task NoteMadeAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        foreach (string vmid in NewGuests.MadeBy(call))
        {
            PlanTarget made = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
            known[made.Key] = made;
            ledger.Append("made", plan.Id, made.WriteMembers);
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
            throw PlanStore.Used(plan.Id);
        }

        checks.Limit(entries, client.Options.TimeProvider.GetUtcNow());
    }

    /// <summary>Compares who the targets are with the plan, and with what its own calls have made of them.</summary>
    private async Task CompareAgainAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> known, CancellationToken cancellationToken)
    {
        TargetReader targets = new(client, door);
        foreach (PlanTarget target in await targets.ReadAsync(call, new NewGuests(), int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            PlanTarget? planned = known.GetValueOrDefault(target.Key)
                ?? plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key);
            PlanComparison.Refuse(plan, target, planned, identityOnly: true);
        }
    }

    private static void WriteIntent(Utf8JsonWriter json, Plan plan, PlannedCall call, string approval)
    {
        json.WriteString("context", plan.Context);
        json.WriteString("call", call.ToString());
        json.WriteString("class", OperationCatalogue.Word(call.Class));
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
