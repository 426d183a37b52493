using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Mcp.Approvals;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve.Agents;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// The tool that makes changes. Clients lose patience before tasks end, so the applying goes on behind a call whose time is up, and the next call with the
/// same plan goes on waiting for it.
/// </summary>
internal sealed class ApplyTool(AgentSites sites, ElicitationApprover approver, TimeSpan patience) : IAsyncDisposable
{
    private const string Command = "prox approve";

    // Of what a program in a guest wrote, characters.
    private const int LongestOutput = 4000;
    private const int LongestLine = 200;
    private const int LongestNote = 600;
    private const int MostSteps = 30;

    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(5);

    // States are looked at less often than that.
    private static readonly TimeSpan s_toLook = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Applying> _applying = new(StringComparer.Ordinal);

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "apply",
            "Apply a plan once and wait for its tasks; call it again to go on waiting. Refused if anything changed since. A person may be asked.",
            """ "plan":{"type":"string","description":"id of the plan, or its first 12 digits"},"seconds":{"type":"integer","description":"how long to wait, default 45"} """,
            ["plan"],
            ToolHints.Applies,
            RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Applying[] all;
        lock (_gate)
        {
            all = [.. _applying.Values];
        }

        // What was sent goes on at the server; the ledger says that its outcome is not known here.
        foreach (Applying applying in all)
        {
            await applying.Stop.CancelAsync().ConfigureAwait(false);
            await ((Task)applying.Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        string id = sites.PlanNamed(call.Required("plan"));
        AgentSite site = sites.WithPlan(id) ?? throw new GuardRefusedException("unknown-plan", "There is no such plan. Make one with plan.");
        CheckContext(call, site, id);
        TimeSpan wanted = TaskWaiting.Patience(call, patience);

        // Questions and refusals come before anything is sent; a caller with no patience at all would not see them.
        TimeSpan limit = wanted > s_least ? wanted : s_least;
        Applying applying = Begin(site, id, call);
        try
        {
            return await WaitAsync(applying, site, id, call, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await StopAsync(applying, call).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new ToolException(
                "cancelled", $"An earlier call with this plan was cancelled. What it had done is in audit_list; make a new plan for the rest.{Left(site, id)}");
        }
        catch (GuardRefusedException e) when (e.Reason == "used" && Left(site, id) is { Length: > 0 } left)
        {
            throw new GuardRefusedException(e.Reason, e.Message + left, e);
        }
        catch (GuardRefusedException e) when (e.Reason == "approval")
        {
            throw new GuardRefusedException(e.Reason, site.WithCommands(e.Message + Elsewhere(id, e.Message)), e);
        }
        finally
        {
            End(id, applying, call);
        }
    }

    // The plan says where it belongs; who names another place means another plan.
    private void CheckContext(ToolCall call, AgentSite site, string id)
    {
        if (sites.HasSeveral && call.Text("context") is not null && sites.For(call) is { } named && named != site)
        {
            throw new GuardRefusedException("context", $"Plan {id[..12]} was made in the context {site.Name}, and not in {named.Name}: nothing was applied.");
        }
    }

    private Applying Begin(AgentSite site, string id, ToolCall call)
    {
        lock (_gate)
        {
            if (!_applying.TryGetValue(id, out Applying? applying))
            {
                CancellationTokenSource stop = new();
                ApplyReports reports = new();
                _applying[id] = applying = new Applying(ApplyAsync(site, id, call, reports, stop.Token), stop, reports);
            }

            applying.Waiting.Add(call);
            return applying;
        }
    }

    // Another client may wait for the same plan, and goes on waiting.
    private async Task StopAsync(Applying applying, ToolCall call)
    {
        lock (_gate)
        {
            applying.Waiting.Remove(call);
            if (applying.Waiting.Count > 0)
            {
                return;
            }
        }

        await applying.Stop.CancelAsync().ConfigureAwait(false);
    }

    // Where somebody can be asked whom this program cannot; empty if the refusal says it, or somebody was.
    private string Elsewhere(string id, string refusal) => approver.CouldNotAsk(id) && !refusal.Contains(Command, StringComparison.Ordinal)
        ? $" A person runs at a terminal: {Command} {id[..12]}; then call apply again with the same plan."
        : "";

    private void End(string id, Applying applying, ToolCall call)
    {
        lock (_gate)
        {
            applying.Waiting.Remove(call);
            if (applying.Work.IsCompleted)
            {
                _applying.Remove(id);
            }
        }
    }

    private async Task<ApplyResult> ApplyAsync(AgentSite site, string id, ToolCall call, ApplyReports reports, CancellationToken cancellationToken)
    {
        // The gate is held while this begins.
        await Task.Yield();
        using IDisposable asking = approver.For(call.Context);
        return await site.ApplyAsync(id, reports, cancellationToken).ConfigureAwait(false);
    }

    // A task that nobody waited for, in words; empty if there is none.
    private static string Left(AgentSite site, string id) => AppliedCalls.LeftTask(site.Ledger.List(), id) is { } upid
        ? $" Nobody has seen the end of its task {SafeText.Of(upid, "upid")}: task_wait tells it."
        : "";

    private static async Task<ToolAnswer> WaitAsync(
        Applying applying, AgentSite site, string id, ToolCall call, TimeSpan limit, CancellationToken cancellationToken)
    {
        ProgressSender progress = new(call.Context);
        await using (progress.ConfigureAwait(false))
        {
            long start = TimeProvider.System.GetTimestamp();
            int calls = site.Plans.Load(id).Calls.Count;
            ApplyProgress? seen = null;
            while (!applying.Work.IsCompleted)
            {
                // A log tells the end of a task before its state does, and the answer is not to say both.
                TimeSpan left = limit - TimeProvider.System.GetElapsedTime(start) + (SaysEnd(applying.Reports.Latest) ? s_toLook : TimeSpan.Zero);
                if (left <= TimeSpan.Zero)
                {
                    return Running(site, id, limit, applying.Reports.Latest);
                }

                await PauseAsync(applying, seen, left < s_heartbeat ? left : s_heartbeat, cancellationToken).ConfigureAwait(false);
                seen = applying.Reports.Latest;
                if (!applying.Work.IsCompleted && progress.IsWanted)
                {
                    double done = (seen?.Done ?? 0) + (seen?.Task?.Fraction ?? 0);
                    progress.Report((float)(100 * done / calls), HowFar(seen, calls));
                }
            }

            ApplyResult result = await applying.Work.ConfigureAwait(false);
            return await PendingValues.AddAsync(site, Show(site, result), result, cancellationToken).ConfigureAwait(false);
        }
    }

    // Ends with the plan, with something new to tell, or with the time.
    private static async Task PauseAsync(Applying applying, ApplyProgress? seen, TimeSpan time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(applying.Work, applying.Reports.NextAsync(seen), Task.Delay(time, TimeProvider.System, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static string HowFar(ApplyProgress? progress, int calls)
    {
        string task = progress?.Upid is { } upid ? $"; {SafeText.Of(upid, "upid")}" : "";
        string line = LastLine(progress) is { Length: > 0 } last ? $": {last}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{progress?.Done ?? 0} of {calls} calls done{task}{line}");
    }

    // A hint, which programs can write too: all that comes of it is a longer wait. Lines of a backup server have the time in front.
    private static bool SaysEnd(ApplyProgress? progress) => progress?.Task?.LastLine is { } line
        && (line.StartsWith("TASK ", StringComparison.Ordinal) || line.Contains(": TASK ", StringComparison.Ordinal));

    // Programs and guests write in the log of a task.
    private static string LastLine(ApplyProgress? progress) => SafeText.Of(progress?.Task?.LastLine ?? "", "line", LongestLine);

    private static ToolAnswer Running(AgentSite site, string id, TimeSpan waited, ApplyProgress? progress)
    {
        // Until its first call is told, a plan is looked at, or waits for the person who was asked.
        string next = $"{(progress is null ? "Nothing is sent yet: a person is asked, or the server is looked at" : "It is being applied")}. "
            + "Call apply with the same plan to go on waiting; it is not applied twice.";
        string? upid = progress?.Upid is { } task ? SafeText.Of(task, "upid") : null;
        JsonObject value = new()
        {
            ["plan"] = id,
            ["context"] = site.Name,
            ["complete"] = false,
            ["running"] = true,
            ["waited_seconds"] = Math.Round(waited.TotalSeconds),
            ["next"] = next,
        };
        if (upid is not null)
        {
            value["upid"] = upid;
            value["last_line"] = LastLine(progress);
        }

        return new ToolAnswer(upid is null ? $"running{site.InWords}. {next}" : $"running{site.InWords} {upid} {LastLine(progress)}\n{next}", value);
    }

    private static ToolAnswer Show(AgentSite site, ApplyResult result)
    {
        // The last ones tell how it ended, and the ledger has them all.
        ApplyStep[] shown = [.. result.Steps.TakeLast(MostSteps)];
        int earlier = result.Steps.Count - shown.Length;
        JsonObject value = new()
        {
            ["plan"] = result.PlanId,
            ["context"] = site.Name,
            ["complete"] = result.IsComplete,
            ["running"] = false,
            ["steps"] = new JsonArray([.. shown.Select(Step)]),
        };
        if (earlier > 0)
        {
            value["truncated"] = true;
            value["steps_total"] = result.Steps.Count;
        }

        if (!result.IsComplete)
        {
            value["not_done"] = new JsonArray([.. result.NotMade.Take(MostSteps).Select(static call => (JsonNode)SafeText.Of(call, "call"))]);
            value["not_done_total"] = result.NotMade.Count;
        }

        string[] before = earlier == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{earlier} earlier calls were done; audit_list has them.")];
        IEnumerable<string> steps = before.Concat(shown.Select(step => Line(site, step)));
        string end = result.IsComplete ? ""
            : result.NotMade.Count > 0
                ? $"\nThe plan was not completed; not done: {string.Join("; ", result.NotMade.Take(MostSteps).Select(static call => SafeText.Of(call, "call", 300)))}"
                    + (result.NotMade.Count > MostSteps ? string.Create(CultureInfo.InvariantCulture, $" and {result.NotMade.Count - MostSteps} more") : "")
            : result.Steps[^1].Succeeded ? "\nThe plan was carried out to its last call; the ledger does not say so."
            : result.Steps[^1].IsUnknown ? "\nNobody knows how the last call ended, and it may go on: look at the server, or wait for its task with task_wait, "
                + "before anything is planned again."
            : "\nThe plan was not completed.";
        return new ToolAnswer(string.Join('\n', steps) + end, value);
    }

    private static string Line(AgentSite site, ApplyStep step)
    {
        string how = step.Succeeded ? "done" : step.IsUnknown ? "UNKNOWN whether it succeeded:" : HasFailed(step.Program) ? "the program FAILED:" : "FAILED";
        (string call, string message) = (SafeText.Of(step.Call, "call", 300), Message(step, 300));
        string written = step.Program is { } program ? $"{Written("out-data", program.Output)}{Written("err-data", program.Error)}" : "";
        string note = step.Note is null ? "" : $" NOTE: {SafeText.Of(step.Note, "note", LongestNote)}";
        return string.Create(CultureInfo.InvariantCulture, $"{how} {call}: {message} (number {step.LedgerNumber}{site.InWords}){note}{written}");
    }

    // What the guard refuses it says itself; everything else is said by the server, or by what runs there.
    private static string Message(ApplyStep step, int length = SafeText.UsualLength) =>
        step.Fault is GuardRefusedException ? SafeText.OfOwn(step.Message, length) : SafeText.Of(step.Message, "message", length);

    private static bool HasFailed(AgentExecResult? program) => program is { HasExited: true, IsSuccess: false };

    private static string Written(string name, string text) => text.Length == 0 ? "" : $"\n{name}: {SafeText.Of(text, name, LongestOutput)}";

    private static JsonNode Step(ApplyStep step)
    {
        JsonObject row = Values.Row(
            ("call", SafeText.Of(step.Call, "call")),
            ("succeeded", step.IsUnknown ? null : step.Succeeded),
            ("outcome", step.IsUnknown ? "unknown" : null),
            ("upid", step.Upid),
            ("message", Message(step)),
            ("number", step.LedgerNumber));
        if (step.Note is not null)
        {
            row["note"] = SafeText.Of(step.Note, "note", LongestNote);
        }

        if (step.Program is { } program)
        {
            row["program"] = Values.Row(
                ("pid", program.ProcessId),
                ("exited", program.HasExited),
                ("exitcode", program.ExitCode),
                ("out-data", SafeText.Of(program.Output, "out-data", LongestOutput)),
                ("err-data", SafeText.Of(program.Error, "err-data", LongestOutput)));
        }

        return row;
    }

    private sealed record Applying(Task<ApplyResult> Work, CancellationTokenSource Stop, ApplyReports Reports)
    {
        public HashSet<ToolCall> Waiting { get; } = new(ReferenceEqualityComparer.Instance);
    }
}
