using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes the calls of a plan, each through the door that is opened for it alone.</summary>
internal sealed class PlanApplier(ProxmoxClient client, Door door, Ledger ledger, FreezeSwitch freeze)
{
    private static readonly TaskWaitOptions s_wait = new() { ThrowOnFailure = false };

    public async Task<ApplyResult> ApplyAsync(Plan plan, PlanChecks checks, string approval, CancellationToken cancellationToken)
    {
        List<ApplyStep> steps = [];
        Dictionary<string, PlanTarget> made = new(StringComparer.Ordinal);
        foreach (PlannedCall call in plan.Calls)
        {
            try
            {
                if (steps.Count > 0)
                {
                    // Earlier calls of the plan have changed the state on purpose, but never who the target is.
                    await CompareAgainAsync(plan, call, made, cancellationToken).ConfigureAwait(false);
                }

                freeze.Check();
                bool isFirst = steps.Count == 0;
                ledger.Append("intent", plan.Id, json => WriteIntent(json, plan, call, approval), entries => CheckLedger(plan, checks, entries, isFirst));
            }
            catch (GuardRefusedException refusal) when (steps.Count > 0)
            {
                // What was done before is done: whoever applied the plan has to hear of it.
                steps.Add(new ApplyStep(call.ToString(), 0, false, null, $"Refused ({refusal.Reason}): {refusal.Message}"));
                break;
            }

            ApplyStep step = await MakeAsync(plan, call, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            if (!step.Succeeded)
            {
                break;
            }

            foreach (string vmid in NewGuests.MadeBy(call))
            {
                made[vmid] = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
                ledger.Append("made", plan.Id, json => made[vmid].WriteMembers(json));
            }
        }

        return new ApplyResult(plan.Id, steps, steps.Count == plan.Calls.Count && steps[^1].Succeeded);
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

    /// <summary>Compares who the targets are with the plan; a guest that the plan itself has made must still be the one it made.</summary>
    private async Task CompareAgainAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> made, CancellationToken cancellationToken)
    {
        TargetReader targets = new(client, door);
        foreach (PlanTarget target in await targets.ReadAsync(call, new NewGuests(), int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            PlanTarget? planned = made.Values.FirstOrDefault(guest => guest.Key == target.Key)
                ?? plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key);
            PlanComparison.Refuse(plan, target, planned, identityOnly: true);
        }
    }

    private async Task<ApplyStep> MakeAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        string? upid = null;
        string message = "The outcome is unknown.";
        string result = AppliedCalls.Unknown;
        IReadOnlyList<(string, string?, bool)> left = [];
        AgentExecResult? program = null;
        LedgerEntry outcome;
        try
        {
            JsonElement answer = await SendAsync(plan, call, cancellationToken).ConfigureAwait(false);
            upid = TaskOf(answer);
            (bool succeeded, message) = upid is null ? (true, "OK") : await WaitAsync(upid, cancellationToken).ConfigureAwait(false);
            result = succeeded ? AppliedCalls.Succeeded : AppliedCalls.Failed;
            (program, message) = await FollowAsync(call, answer, message, cancellationToken).ConfigureAwait(false);
            left = succeeded ? await LeftAsync(plan, call, cancellationToken).ConfigureAwait(false) : [];
        }
        catch (ProxmoxException e)
        {
            result = ResultOf(e);
            message = Secrets.Redact(e.Message, call.Parameters);
        }
        finally
        {
            // Also when the waiting is cancelled: what was begun is on record with what is known of it.
            message = UntrustedText.Clean(message, 400);
            outcome = ledger.Append("outcome", plan.Id, json =>
            {
                json.WriteString("call", call.ToString());
                json.WriteBoolean("succeeded", result == AppliedCalls.Succeeded);
                json.WriteString("result", result);
                json.WriteString("upid", upid);
                json.WriteString("message", message);
                LeftValues.Write(json, left);
            });
        }

        return new ApplyStep(call.ToString(), outcome.Number, result == AppliedCalls.Succeeded, upid, message) { Program = program };
    }

    // What a program writes may be secret: the ledger gets how it ended. A program that fails is no failure of the call that ran it.
    private async Task<(AgentExecResult? Program, string Message)> FollowAsync(
        PlannedCall call, JsonElement answer, string message, CancellationToken cancellationToken)
    {
        if (client is not PveClient pve || !GuestProgram.IsStartedBy(call))
        {
            return (null, message);
        }

        try
        {
            AgentExecResult program = await new GuestProgram(pve, door).FollowAsync(call, answer, cancellationToken).ConfigureAwait(false);
            return (program, program.ToString());
        }
        catch (ProxmoxException e)
        {
            return (null, $"The program was started; how it ends cannot be read: {e.Message}");
        }
    }

    // What cannot be read is not on record, and is not compared when the call is taken back.
    private async Task<IReadOnlyList<(string, string?, bool)>> LeftAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        string? recipe = UndoBuilder.RecipeOf(client.Schema, call);
        PlannedCall? shown = plan.Draft.Undo.FirstOrDefault(step => plan.Calls[step.Of] == call)?.Call is not { } back ? null
            : recipe == UndoBuilder.RestoreBefore ? call
            : recipe == UndoBuilder.DeleteCreated ? back
            : null;
        if (shown is null)
        {
            return [];
        }

        try
        {
            IReadOnlyList<PlanTarget> now = [.. await new TargetReader(client, door).ReadAsync(shown, new NewGuests(), int.MaxValue, cancellationToken)
                .ConfigureAwait(false)];

            // What was created inside a guest is not described by the configuration of the guest.
            JsonElement after = shown == call ? UndoBuilder.Before(now) : now.FirstOrDefault(target => target.Key == shown.ConcretePath)?.Before ?? default;
            return LeftValues.Of(ledger, call, after);
        }
        catch (ProxmoxException)
        {
            return [];
        }
    }

    // Only the server's own refusal says that nothing was done; whoever hears nothing knows nothing.
    private static string ResultOf(ProxmoxException exception) => exception switch
    {
        GuardRefusedException => AppliedCalls.Failed,
        ProxmoxConnectionException connection => connection.OutcomeUnknown ? AppliedCalls.Unknown : AppliedCalls.Failed,
        ProxmoxOutcomeUnknownException => AppliedCalls.Unknown,
        ProxmoxApiException answer => answer.OutcomeUnknown ? AppliedCalls.Unknown : AppliedCalls.Failed,
        _ => AppliedCalls.Unknown,
    };

    private async Task<JsonElement> SendAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiOperation operation = client.Schema.Find(call.Method, call.Path)!.Operation;
        if (call.Upload is { } upload)
        {
            PlanTarget planned = plan.Targets.First(target => target.Key == UploadedFile.Key(upload));
            FileStream file = await UploadedFile.OpenAsync(upload, planned, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
            {
                ApiUpload content = new(file, upload.FileName);
                using (door.Open(operation, call.Parameters, content))
                {
                    return (await client.Connection.UploadAsync(
                        operation, call.Parameters, content, ApiReaders.Element, null, cancellationToken).ConfigureAwait(false)).Data;
                }
            }
        }

        using (door.Open(operation, call.Parameters))
        {
            return (await client.Connection.SendAsync(operation, call.Parameters, ApiReaders.Element, null, cancellationToken).ConfigureAwait(false)).Data;
        }
    }

    private async Task<(bool Succeeded, string Message)> WaitAsync(string upid, CancellationToken cancellationToken)
    {
        TaskResult result = client is PbsClient pbs
            ? await pbs.Tasks[upid].WaitForCompletionAsync(s_wait, cancellationToken).ConfigureAwait(false)
            : await ((PveClient)client).Tasks[upid].WaitForCompletionAsync(s_wait, cancellationToken).ConfigureAwait(false);
        return (result.Succeeded, result.ExitStatus);
    }

    private static string? TaskOf(JsonElement data) => data.ValueKind == JsonValueKind.String && Upid.TryParse(data.GetString(), out Upid upid)
        ? upid.ToString()
        : null;

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
