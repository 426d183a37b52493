using System.Globalization;
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

    // What takes longer is on record with its task before it ends: this program may be gone by then.
    private static readonly TimeSpan s_noted = TimeSpan.FromSeconds(2);

    // A call that was sent is not given up at once: its answer names the task.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    public async Task<ApplyResult> ApplyAsync(
        Plan plan, PlanChecks checks, string approval, IProgress<ApplyProgress>? progress, CancellationToken cancellationToken)
    {
        List<ApplyStep> steps = [];
        Dictionary<string, PlanTarget> made = new(StringComparer.Ordinal);
        foreach (PlannedCall call in plan.Calls)
        {
            void Report(string? upid, TaskProgress? task) =>
                progress?.Report(new ApplyProgress(steps.Count, plan.Calls.Count, call.ToString(), upid) { Task = task });

            try
            {
                Report(null, null);
                if (steps.Count > 0)
                {
                    // Earlier calls of the plan have changed the state on purpose, but never who the target is.
                    await CompareAgainAsync(plan, call, made, cancellationToken).ConfigureAwait(false);
                }

                freeze.Check();
                cancellationToken.ThrowIfCancellationRequested();
                bool isFirst = steps.Count == 0;
                ledger.Append("intent", plan.Id, json => WriteIntent(json, plan, call, approval), entries => CheckLedger(plan, checks, entries, isFirst));
            }
            catch (GuardRefusedException refusal) when (steps.Count > 0)
            {
                // What was done before is done: whoever applied the plan has to hear of it.
                steps.Add(new ApplyStep(call.ToString(), 0, false, null, $"Refused ({refusal.Reason}): {refusal.Message}"));
                break;
            }

            ApplyStep step = await MakeAsync(plan, call, progress is null ? null : Report, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            if (!step.Succeeded)
            {
                break;
            }

            await NoteMadeAsync(plan, call, made, cancellationToken).ConfigureAwait(false);
        }

        return new ApplyResult(plan.Id, steps, steps.Count == plan.Calls.Count && steps[^1].Succeeded);
    }

    /// <summary>Puts on record who the guests are that a call has made.</summary>
    private async Task NoteMadeAsync(Plan plan, PlannedCall call, Dictionary<string, PlanTarget> made, CancellationToken cancellationToken)
    {
        foreach (string vmid in NewGuests.MadeBy(call))
        {
            made[vmid] = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
            ledger.Append("made", plan.Id, json => made[vmid].WriteMembers(json));
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

    private async Task<ApplyStep> MakeAsync(Plan plan, PlannedCall call, Action<string?, TaskProgress?>? report, CancellationToken cancellationToken)
    {
        Outcome outcome = new();
        LedgerEntry entry;
        try
        {
            await CarryOutAsync(plan, call, outcome, report, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException e)
        {
            // Once there is a task, it was only the looking at it that failed.
            outcome.Result = outcome.Upid is null ? ResultOf(e) : AppliedCalls.Unknown;
            outcome.Message = Secrets.Redact(e.Message, call.Parameters);
        }
        finally
        {
            // Also when the waiting is cancelled: what was begun is on record with what is known of it.
            outcome.Message = UntrustedText.Clean(outcome.Message, 400);
            entry = ledger.Append("outcome", plan.Id, json =>
            {
                json.WriteString("call", call.ToString());
                json.WriteBoolean("succeeded", outcome.Result == AppliedCalls.Succeeded);
                json.WriteString("result", outcome.Result);
                json.WriteString("upid", outcome.Upid);
                json.WriteString("message", outcome.Message);
                LeftValues.Write(json, outcome.Left);
            });
        }

        return new ApplyStep(call.ToString(), entry.Number, outcome.Result == AppliedCalls.Succeeded, outcome.Upid, outcome.Message)
        {
            Program = outcome.Program,
        };
    }

    private async Task CarryOutAsync(
        Plan plan, PlannedCall call, Outcome outcome, Action<string?, TaskProgress?>? report, CancellationToken cancellationToken)
    {
        JsonElement answer = await SendPatientlyAsync(plan, call, cancellationToken).ConfigureAwait(false);
        (outcome.Upid, outcome.Result, outcome.Message) = (TaskOf(answer), AppliedCalls.Succeeded, "OK");
        if (outcome.Upid is { } upid)
        {
            (outcome.Result, outcome.Message) = (AppliedCalls.Running, $"The waiting was cancelled; the task goes on at the server: {upid}");
            report?.Invoke(upid, null);
            Relay? relay = report is null ? null : new Relay(task => report(upid, task));
            TaskResult end = await WaitAsync(plan, call, upid, relay, cancellationToken).ConfigureAwait(false);
            (outcome.Result, outcome.Message) = (end.Succeeded ? AppliedCalls.Succeeded : AppliedCalls.Failed, end.ExitStatus);
        }

        await FollowAsync(call, answer, outcome, cancellationToken).ConfigureAwait(false);
        outcome.Left = outcome.Result == AppliedCalls.Succeeded ? await LeftAsync(plan, call, cancellationToken).ConfigureAwait(false) : [];
    }

    // What a program writes may be secret: the ledger gets how it ended. A program that fails is no failure of the call that ran it.
    private async Task FollowAsync(PlannedCall call, JsonElement answer, Outcome outcome, CancellationToken cancellationToken)
    {
        if (client is not PveClient pve || !GuestProgram.IsStartedBy(call))
        {
            return;
        }

        try
        {
            long process = GuestProgram.ProcessOf(answer);
            outcome.Message = string.Create(CultureInfo.InvariantCulture, $"The waiting was cancelled; the program goes on in the guest as process {process}.");
            outcome.Program = await new GuestProgram(pve, door).FollowAsync(call, process, cancellationToken).ConfigureAwait(false);
            outcome.Message = outcome.Program.ToString();
        }
        catch (ProxmoxException e)
        {
            outcome.Message = $"The program was started; how it ends cannot be read: {e.Message}";
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

    private async Task<JsonElement> SendPatientlyAsync(Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new();
        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => late.CancelAfter(s_grace));
        return await SendAsync(plan, call, late.Token).ConfigureAwait(false);
    }

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

    private async Task<TaskResult> WaitAsync(
        Plan plan, PlannedCall call, string upid, Relay? progress, CancellationToken cancellationToken)
    {
        TaskWaitOptions options = s_wait with { Progress = progress };
        using CancellationTokenSource ended = new();
        Task noting = NoteAsync(plan, call, upid, ended.Token);
        try
        {
            return client is PbsClient pbs
                ? await pbs.Tasks[upid].WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false)
                : await ((PveClient)client).Tasks[upid].WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await noting.ConfigureAwait(false);
        }
    }

    /// <summary>Puts a task on record that takes its time.</summary>
    private async Task NoteAsync(Plan plan, PlannedCall call, string upid, CancellationToken ended)
    {
        Task pause = Task.Delay(s_noted, client.Options.TimeProvider, ended);
        await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pause.IsCompletedSuccessfully)
        {
            ledger.Append(AppliedCalls.TaskKind, plan.Id, json =>
            {
                json.WriteString("call", call.ToString());
                json.WriteString("upid", upid);
            });
        }
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

    private sealed class Outcome
    {
        public string? Upid { get; set; }

        public string Message { get; set; } = "The outcome is unknown.";

        public string Result { get; set; } = AppliedCalls.Unknown;

        public IReadOnlyList<(string, string?, bool)> Left { get; set; } = [];

        public AgentExecResult? Program { get; set; }
    }

    // On the thread that waits, so that reports come in their order.
    private sealed class Relay(Action<TaskProgress> report) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) => report(value);
    }
}
