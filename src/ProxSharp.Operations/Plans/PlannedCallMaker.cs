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
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes a call of a plan through the door that is opened for it alone, follows its task, and puts on record what came of it.</summary>
internal sealed class PlannedCallMaker(ProxmoxClient client, Door door, Ledger ledger)
{
    private static readonly TaskWaitOptions s_wait = new() { ThrowOnFailure = false };

    // What takes longer is on record with its task before it ends: this program may be gone by then.
    private static readonly TimeSpan s_noted = TimeSpan.FromSeconds(2);

    // A call that was sent is not given up at once: its answer names the task.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call; a failure is a step that says so. When the waiting is cancelled, what is known so far is on record.</summary>
    public async Task<ApplyStep> MakeAsync(Plan plan, PlannedCall call, Action<string?, TaskProgress?>? report, CancellationToken cancellationToken)
    {
        Outcome outcome = new();
        try
        {
            await CarryOutAsync(plan, call, outcome, report, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException e)
        {
            // Once there is a task, it was only the looking at it that failed.
            outcome.Result = outcome.Upid is null ? ResultOf(e) : AppliedCalls.Unknown;
            outcome.Message = Secrets.Redact(e.Message, call.Parameters);
            outcome.Fault = e;
        }
        catch
        {
            // The waiting was cancelled: what was begun is on record with what is known of it.
            Record(plan, call, outcome);
            throw;
        }

        return StepOf(plan, call, outcome);
    }

    private ApplyStep StepOf(Plan plan, PlannedCall call, Outcome outcome)
    {
        long number = 0;
        string? note = null;
        try
        {
            number = Record(plan, call, outcome).Number;
        }
        catch (GuardRefusedException unrecorded)
        {
            note = unrecorded.Message;
            outcome.Fault ??= unrecorded;
        }

        return new ApplyStep(call.ToString(), number, outcome.Result == AppliedCalls.Succeeded, outcome.Upid, outcome.Message)
        {
            Program = outcome.Program,
            Fault = outcome.Fault,
            Note = note,
            IsUnknown = outcome.Result is AppliedCalls.Unknown or AppliedCalls.Running,
            IsOpen = outcome.Result == AppliedCalls.Succeeded && GuestProgram.IsStartedBy(call) && outcome.Program is not { HasExited: true },
        };
    }

    private LedgerEntry Record(Plan plan, PlannedCall call, Outcome outcome)
    {
        outcome.Message = UntrustedText.Clean(outcome.Message, 400);
        try
        {
            return ledger.Append("outcome", plan.Id, json =>
            {
                json.WriteString("call", call.ToString());
                json.WriteBoolean("succeeded", outcome.Result == AppliedCalls.Succeeded);
                json.WriteString("result", outcome.Result);
                json.WriteString("upid", outcome.Upid);
                json.WriteString("message", outcome.Message);
                LeftValues.Write(json, LeftValues.Member, outcome.Left);
                LeftValues.Write(json, LeftValues.FoundMember, outcome.Found);
                if (outcome.Whole is { } whole)
                {
                    json.WriteString(LeftObjects.Member, whole);
                }

                WriteFilled(json, outcome.Filled);
            });
        }
        catch (GuardRefusedException unrecorded)
        {
            // The call was sent: whoever applies the plan has to hear what the ledger cannot tell any more.
            throw new GuardRefusedException(
                "ledger", $"{call} was sent ({outcome.Result}: {outcome.Message.TrimEnd('.')}), and that is not on record. {unrecorded.Message}", unrecorded);
        }
    }

    private static void WriteFilled(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? filled)
    {
        if (filled is not null)
        {
            json.WriteStartObject(LeftObjects.FilledMember);
            foreach ((string path, string whole) in filled)
            {
                json.WriteString(path, whole);
            }

            json.WriteEndObject();
        }
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
            outcome.Fault = end.Succeeded ? null : new ProxmoxTaskFailedException(end);
            if (end.Succeeded && client is PveClient pve && HaRequest.Of(end.Upid) is { } request)
            {
                await ReachAsync(pve, request, outcome, cancellationToken).ConfigureAwait(false);
            }
        }

        await FollowAsync(call, answer, outcome, cancellationToken).ConfigureAwait(false);
        if (outcome.Result == AppliedCalls.Succeeded)
        {
            LeftObject after = await new LeftObjects(client, door).ReadAsync(plan, call, cancellationToken).ConfigureAwait(false);
            SetLeft(call, outcome, after.Value);
            (outcome.Whole, outcome.Filled) = (after.Whole, after.Filled);
        }
    }

    // Whatever follows in a plan must find the guest in the state that high availability was asked for. A move is not waited for: no later call may act on it.
    private static async Task ReachAsync(PveClient pve, HaRequest request, Outcome outcome, CancellationToken cancellationToken)
    {
        if (request.Status is not { } wanted)
        {
            outcome.Message = $"OK: high availability was asked to move guest {request.Guest}, and does so in its own time";
            return;
        }

        string end = outcome.Message;
        (outcome.Result, outcome.Message) = (
            AppliedCalls.Unknown, $"High availability was asked to bring guest {request.Guest} to the state '{wanted}', and nobody has seen yet that it has.");
        try
        {
            Guest guest = await pve.FindGuestAsync(request.Guest, cancellationToken).ConfigureAwait(false);
            await guest.WaitForHaAsync(request, null, cancellationToken).ConfigureAwait(false);
            (outcome.Result, outcome.Message) = (AppliedCalls.Succeeded, end);
        }
        catch (HaGaveUpException refusal)
        {
            (outcome.Result, outcome.Message, outcome.Fault) = (AppliedCalls.Failed, refusal.Message, refusal);
        }
        catch (TimeoutException)
        {
            // Nobody knows whether it still comes to it, which the outcome says already.
        }
    }

    private void SetLeft(PlannedCall call, Outcome outcome, JsonElement after)
    {
        try
        {
            (outcome.Left, outcome.Found) = (LeftValues.Of(ledger, call, after), LeftValues.Strange(ledger, call, after));
        }
        catch (GuardRefusedException)
        {
            // What the ledger cannot seal is not on record. The call has succeeded all the same, and a ledger without a key takes no outcome, which is told.
        }
    }

    // What a program writes may be secret: the ledger gets how it ended. A program that fails is a call that failed: later ones may build on it.
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
            if (outcome.Program is { HasExited: true, IsSuccess: false })
            {
                outcome.Result = AppliedCalls.Failed;
            }
        }
        catch (ProxmoxException e)
        {
            outcome.Message = $"The program was started; how it ends cannot be read: {e.Message}";
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
            try
            {
                ledger.Append(AppliedCalls.TaskKind, plan.Id, json =>
                {
                    json.WriteString("call", call.ToString());
                    json.WriteString("upid", upid);
                });
            }
            catch (GuardRefusedException)
            {
                // How the task ends is known all the same: its outcome names it, or says that there is no room for it either.
            }
        }
    }

    private static string? TaskOf(JsonElement data) => data.ValueKind == JsonValueKind.String && Upid.TryParse(data.GetString(), out Upid upid)
        ? upid.ToString()
        : null;

    private sealed class Outcome
    {
        public string? Upid { get; set; }

        public string Message { get; set; } = "The outcome is unknown.";

        public string Result { get; set; } = AppliedCalls.Unknown;

        public IReadOnlyList<(string, string?, bool)> Left { get; set; } = [];

        public IReadOnlyList<(string, string?, bool)> Found { get; set; } = [];

        public string? Whole { get; set; }

        public IReadOnlyDictionary<string, string>? Filled { get; set; }

        public AgentExecResult? Program { get; set; }

        public ProxmoxException? Fault { get; set; }
    }

    // On the thread that waits, so that reports come in their order.
    private sealed class Relay(Action<TaskProgress> report) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) => report(value);
    }
}
