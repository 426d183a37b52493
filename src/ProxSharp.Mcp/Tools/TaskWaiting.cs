using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Ids;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Tasks;

namespace ProxSharp.Mcp.Tools;

/// <summary>Waits for a task as long as the call may take, and tells the client how far it is.</summary>
internal static class TaskWaiting
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_toLook = TimeSpan.FromSeconds(15);

    public static async Task<ToolAnswer> RunAsync((AgentSite Site, Upid Upid) task, ToolCall call, TimeSpan patience, CancellationToken cancellationToken)
    {
        OperationGuard guard = await task.Site.OpenAsync(cancellationToken).ConfigureAwait(false);
        ProgressSender progress = new(call.Context);
        await using (progress.ConfigureAwait(false))
        {
            TaskWaitOptions options = new()
            {
                ThrowOnFailure = false,
                Timeout = Patience(call, patience),
                Progress = progress.IsWanted ? progress : null,
            };
            try
            {
                return Ended(task.Site, guard, await WaitAsync(guard, task.Upid, options, cancellationToken).ConfigureAwait(false));
            }
            catch (ProxmoxTaskWaitException e) when (e.TimedOut)
            {
                // The time may have been too short for a single look. A task that the server does not know is its error to tell.
                string path = $"/nodes/{task.Upid.Node}/tasks/{Uri.EscapeDataString(task.Upid.ToString())}/status";
                JsonElement state = await task.Site.GetAsync(path, null, cancellationToken).ConfigureAwait(false);
                return state.Text("status") == "running"
                    ? Running(task.Upid, options.Timeout)
                    : Ended(task.Site, guard, await WaitAsync(guard, task.Upid, options with { Timeout = s_toLook }, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private static Task<TaskResult> WaitAsync(OperationGuard guard, Upid upid, TaskWaitOptions options, CancellationToken cancellationToken) =>
        guard.Client is PbsClient pbs
            ? pbs.Tasks[upid.ToString()].WaitForCompletionAsync(options, cancellationToken)
            : ((PveClient)guard.Client).Tasks[upid.ToString()].WaitForCompletionAsync(options, cancellationToken);

    /// <summary>How long a call may wait.</summary>
    public static TimeSpan Patience(ToolCall call, TimeSpan otherwise)
    {
        TimeSpan wanted = call.Has("seconds") ? TimeSpan.FromSeconds(call.Number("seconds", 0, (int)s_longest.TotalSeconds)) : otherwise;
        return wanted < s_longest ? wanted : s_longest;
    }

    private static ToolAnswer Ended(AgentSite site, OperationGuard guard, TaskResult result)
    {
        site.NoteChange(guard);
        string? fault = Note(guard, result);
        string outcome = result.Outcome.ToString().ToLowerInvariant();
        string exit = SafeText.Of(result.ExitStatus, "exit", 300);
        string[] tail = [.. result.LogTail.Select(static line => SafeText.Of(line, "line", 300))];
        JsonObject value = new()
        {
            ["upid"] = result.Upid.ToString(),
            ["outcome"] = outcome,
            ["exit"] = exit,
            ["warnings"] = result.Warnings,
            ["log_tail"] = new JsonArray([.. tail.Select(static line => (JsonNode)line)]),
        };
        if (fault is not null)
        {
            value["ledger"] = fault;
        }

        return new ToolAnswer(string.Join('\n', [$"{outcome}: {exit}", .. tail, .. fault is null ? [] : new[] { fault }]), value);
    }

    // How a task ended is what was asked; that it cannot be put on record is said beside it. Who only reads writes nothing: whoever changes something next asks
    // the server anew.
    private static string? Note(OperationGuard guard, TaskResult result)
    {
        if (guard.IsReadOnly)
        {
            return null;
        }

        try
        {
            guard.Ledger.NoteTaskEnd(result.Upid.ToString(), result.ExitStatus);
            return null;
        }
        catch (GuardRefusedException e)
        {
            return SafeText.Of(e.Message, "ledger", 300);
        }
    }

    private static ToolAnswer Running(Upid upid, TimeSpan waited)
    {
        string next = "It still runs. Call task_wait with the same upid to go on waiting, task_log to see what it does.";
        JsonObject value = new()
        {
            ["upid"] = upid.ToString(),
            ["outcome"] = "running",
            ["waited_seconds"] = Math.Round(waited.TotalSeconds),
            ["next"] = next,
        };
        return new ToolAnswer(string.Create(CultureInfo.InvariantCulture, $"running after {waited.TotalSeconds:0} s. {next}"), value);
    }
}
