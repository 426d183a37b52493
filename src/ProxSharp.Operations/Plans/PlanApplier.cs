using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes the calls of a plan, each through the door that is opened for it alone.</summary>
internal sealed class PlanApplier(ProxmoxClient client, Door door, TargetReader targets, Ledger ledger, FreezeSwitch freeze)
{
    private static readonly TaskWaitOptions s_wait = new() { ThrowOnFailure = false };

    /// <summary>Reads all targets anew and refuses if anything is different.</summary>
    public async Task CheckAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        Dictionary<string, PlanTarget> seen = new(StringComparer.Ordinal);
        foreach (PlannedCall call in plan.Calls)
        {
            await CompareAsync(plan, call, checks, identityOnly: false, seen, cancellationToken).ConfigureAwait(false);
        }

        checks.Count(seen.Values);
        checks.Limit(ledger.List(), client.Options.TimeProvider.GetUtcNow());
    }

    public async Task<ApplyResult> ApplyAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        List<ApplyStep> steps = [];
        foreach (PlannedCall call in plan.Calls)
        {
            if (steps.Count > 0)
            {
                // Earlier calls of the plan have changed the state on purpose, but never who the target is.
                await CompareAsync(plan, call, checks: null, identityOnly: true, [], cancellationToken).ConfigureAwait(false);
            }

            freeze.Check();
            checks.Limit(ledger.List(), client.Options.TimeProvider.GetUtcNow());
            ledger.Append("intent", plan.Id, json => WriteIntent(json, plan, call));
            ApplyStep step = await MakeAsync(plan, call, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            if (!step.Succeeded)
            {
                break;
            }
        }

        return new ApplyResult(plan.Id, steps, steps.Count == plan.Calls.Count && steps[^1].Succeeded);
    }

    private async Task CompareAsync(
        Plan plan, PlannedCall call, PlanChecks? checks, bool identityOnly, Dictionary<string, PlanTarget> seen, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlanTarget> now = await targets.ReadAsync(call, cancellationToken).ConfigureAwait(false);
        checks?.Allow(call, now);
        foreach (PlanTarget target in now)
        {
            seen.TryAdd(target.Key, target);
            PlanTarget? planned = plan.Targets.FirstOrDefault(candidate => candidate.Key == target.Key);
            string[] drift = planned is null ? ["it was no target of the plan"] : [.. planned.Drift(target, identityOnly)];
            if (drift.Length > 0)
            {
                string what = UntrustedText.Clean(string.Join("; ", drift), 400);
                throw new GuardRefusedException("drift", $"{call.Title} is refused: {target.Key} is not what it was when the plan was made: {what}.");
            }
        }
    }

    private async Task<ApplyStep> MakeAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        string? upid = null;
        string message = "The outcome is unknown.";
        bool succeeded = false;
        LedgerEntry outcome;
        try
        {
            upid = TaskOf(await SendAsync(call, cancellationToken).ConfigureAwait(false));
            (succeeded, message) = upid is null ? (true, "OK") : await WaitAsync(upid, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException e)
        {
            message = Secrets.Redact(e.Message, call.Parameters);
        }
        finally
        {
            // Also when the waiting is cancelled: what was begun is on record with what is known of it.
            message = UntrustedText.Clean(message, 400);
            outcome = ledger.Append("outcome", plan.Id, json =>
            {
                json.WriteString("call", call.ToString());
                json.WriteBoolean("succeeded", succeeded);
                json.WriteString("upid", upid);
                json.WriteString("message", message);
            });
        }

        return new ApplyStep(call.ToString(), outcome.Number, succeeded, upid, message);
    }

    private async Task<JsonElement> SendAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        ApiOperation operation = client.Schema.Find(call.Method, call.Path)!.Operation;
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

    private static void WriteIntent(Utf8JsonWriter json, Plan plan, PlannedCall call)
    {
        json.WriteString("context", plan.Context);
        json.WriteString("call", call.ToString());
        json.WriteString("class", OperationCatalogue.Word(call.Class));
        json.WriteStartArray("targets");
        foreach (PlanTarget target in plan.Targets)
        {
            target.Write(json);
        }

        json.WriteEndArray();
        json.WriteNumber("undoCalls", plan.Undo.Count);
    }
}
