using System.Globalization;
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
                TaskResult result = guard.Client is PbsClient pbs
                    ? await pbs.Tasks[task.Upid.ToString()].WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false)
                    : await ((PveClient)guard.Client).Tasks[task.Upid.ToString()].WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
                return Ended(result);
            }
            catch (ProxmoxTaskWaitException e) when (e.TimedOut)
            {
                return Running(task.Upid, options.Timeout);
            }
        }
    }

    /// <summary>How long a call may wait.</summary>
    public static TimeSpan Patience(ToolCall call, TimeSpan otherwise)
    {
        TimeSpan wanted = call.Has("seconds") ? TimeSpan.FromSeconds(call.Number("seconds", 0, (int)s_longest.TotalSeconds)) : otherwise;
        return wanted < s_longest ? wanted : s_longest;
    }

    private static ToolAnswer Ended(TaskResult result)
    {
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
        return new ToolAnswer(string.Join('\n', [$"{outcome}: {exit}", .. tail]), value);
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
