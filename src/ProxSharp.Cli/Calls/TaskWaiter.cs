using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Calls;

/// <summary>Follows a task to its end over the API: its log line by line, then how it ended.</summary>
/// <param name="session">The server.</param>
/// <param name="time">The clock that the pauses go by.</param>
/// <param name="logged">Is told each line of the log.</param>
internal sealed class TaskWaiter(ServerSession session, TimeProvider time, Action<string> logged)
{
    private const int Page = 500;
    private const int TailLength = 10;
    private const int MostLogTries = 3;
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    // How long a server may be out of reach before the waiting gives up: both products are given the same time.
    private static readonly TimeSpan s_outageGrace = TaskWaitOptions.Default.OutageGrace;

    private readonly Queue<string> _tail = new();
    private long _last;
    private int _logTries;

    /// <summary>Tells whether a text is the identifier of a task.</summary>
    public static bool IsUpid(string? text) => text is not null && text.StartsWith("UPID:", StringComparison.Ordinal) && text.Count(static c => c == ':') >= 8;

    /// <summary>Finds the identifier of the task that a call has started; null if it started none.</summary>
    public static string? UpidIn(JsonElement data)
    {
        string? text = data.ValueKind switch
        {
            JsonValueKind.String => data.GetString(),
            JsonValueKind.Object when data.TryGetProperty("upid", out JsonElement member) && member.ValueKind == JsonValueKind.String => member.GetString(),
            _ => null,
        };
        return IsUpid(text) ? text : null;
    }

    /// <summary>How long to wait at most; null waits without a limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Is told when the server does not answer and the waiting goes on; null tells nobody.</summary>
    public IProgress<ProxmoxException>? Outage { get; init; }

    /// <summary>Is told how far the task is, where its log says so; null tells nobody. Backup servers tell nothing.</summary>
    public IProgress<TaskProgress>? Progress { get; init; }

    /// <summary>What the server said about the end of the task; null as long as nobody knows.</summary>
    public string? End { get; private set; }

    /// <summary>Waits for the end of a task.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on.</param>
    /// <returns>How it ended: <c>OK</c> or <c>WARNINGS: n</c>.</returns>
    /// <exception cref="CliException">The task failed, with exit code 9.</exception>
    public async Task<string> WaitAsync(string upid, CancellationToken cancellationToken)
    {
        string task = $"/nodes/{Uri.EscapeDataString(upid.Split(':')[1])}/tasks/{Uri.EscapeDataString(upid)}";
        return session.Pve is { } pve && Upid.TryParse(upid, out Upid id)
            ? await WaitAsync(pve.Tasks[id], cancellationToken).ConfigureAwait(false)
            : await PollAsync(upid, task, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> WaitAsync(PveTask task, CancellationToken cancellationToken)
    {
        TaskWaitOptions options = new()
        {
            MinInterval = s_shortestPause,
            MaxInterval = s_longestPause,
            Timeout = Timeout ?? System.Threading.Timeout.InfiniteTimeSpan,
            Log = new LineSink(logged),
            Progress = Progress,
            Outage = Outage,
            LogTailLines = TailLength,
            OutageGrace = s_outageGrace,
            ThrowOnFailure = false,
        };
        TaskResult result = await task.WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
        if (result.LogFailure is { } failure)
        {
            logged(Unread(failure));
        }

        End = result.ExitStatus.Length > 0 ? result.ExitStatus : null;
        string end = result.ExitStatus.Length > 0 ? result.ExitStatus : "the server does not know how it ended";
        return result.Succeeded ? end : throw Failed(task.Upid.ToString(), end, result.LogTail);
    }

    private async Task<string> PollAsync(string upid, string task, CancellationToken cancellationToken)
    {
        TimeSpan pause = s_shortestPause;
        long start = time.GetTimestamp();
        long? silentSince = null;
        while (true)
        {
            try
            {
                if (await LookAsync(task, cancellationToken).ConfigureAwait(false) is { } end)
                {
                    End = end;
                    return end == "OK" || end.StartsWith("WARNINGS", StringComparison.Ordinal) ? end : throw Failed(upid, end, [.. _tail]);
                }

                silentSince = null;
            }
            catch (ProxmoxException outage) when (MayPass(outage))
            {
                silentSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(silentSince.Value) >= s_outageGrace)
                {
                    throw new CliException(ErrorMapper.Lost(upid, outage, s_outageGrace), outage);
                }

                Outage?.Report(outage);
            }

            if (Timeout is { } longest && time.GetElapsedTime(start) >= longest)
            {
                throw TimeUp(upid);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    // The status first: lines that come before it says "stopped" are then all in the log.
    private async Task<string?> LookAsync(string task, CancellationToken cancellationToken)
    {
        JsonElement status = (await session.GetAsync($"{task}/status", null, cancellationToken).ConfigureAwait(false)).Data;
        bool isOver = Text(status, "status") == "stopped";
        try
        {
            await ReadLogAsync(task, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException failure) when (isOver && MayPass(failure) && ++_logTries < MostLogTries)
        {
            return null;
        }
        catch (ProxmoxException failure)
        {
            // The end of a task counts, and its log may be lost; while it runs the next look tries again.
            if (isOver)
            {
                Log(Unread(failure));
            }
        }

        return isOver ? Text(status, "exitstatus") is { Length: > 0 } end ? end : "the server does not know how it ended" : null;
    }

    /// <summary>What stands in the place of lines that could not be read.</summary>
    public static string Unread(ProxmoxException failure) => $"(the rest of the log cannot be read: {ErrorMapper.Map(failure).Message})";

    /// <summary>True for a failure to look that a wait survives.</summary>
    public static bool MayPass(ProxmoxException failure) => failure switch
    {
        ProxmoxConnectionException connection => !connection.IsCertificateProblem,
        ProxmoxAuthenticationException or ProxmoxPermissionException or ProxmoxNotFoundException => false,
        _ => failure.IsTransient,
    };

    private static CliException TimeUp(string upid) => new(new CliError
    {
        Code = "still_running",
        ExitCode = ExitCodes.StillRunning,
        Message = $"The time for waiting is over, and the task {upid} goes on",
        Hint = $"Wait on with: {PrintedCommands.Of("task", "wait", upid)}",
        Upid = upid,
        Node = upid.Split(':')[1],
    });

    private async Task ReadLogAsync(string task, CancellationToken cancellationToken)
    {
        while (true)
        {
            ApiParameters range = [];
            range.Add("start", _last);
            range.Add("limit", (long)Page);
            JsonElement lines = (await session.GetAsync($"{task}/log", range, cancellationToken).ConfigureAwait(false)).Data;
            int count = 0;
            foreach (JsonElement line in lines.ValueKind == JsonValueKind.Array ? lines.EnumerateArray() : default)
            {
                // Proxmox: a log that is still empty is answered with the one line "no content" and the number 1.
                string text = Text(line, "t") ?? "";
                if (count == 0 && _last == 0 && lines.GetArrayLength() == 1 && text == "no content")
                {
                    return;
                }

                // Proxmox: VE takes the start as the number of lines to skip, the backup server as the number of the first line, so there the
                // last line that is known comes again. The numbers of the lines are the same in both.
                count++;
                long number = Number(line) ?? _last + 1;
                if (number > _last)
                {
                    _last = number;
                    Log(text);
                }
            }

            if (count < Page)
            {
                return;
            }
        }
    }

    private void Log(string line)
    {
        logged(line);
        _tail.Enqueue(line);
        if (_tail.Count > TailLength)
        {
            _tail.Dequeue();
        }
    }

    private static CliException Failed(string upid, string end, IReadOnlyList<string> tail) => new(TaskEnds.Settle(new CliError
    {
        Code = "task_failed",
        ExitCode = ExitCodes.TaskFailed,
        Message = string.Create(CultureInfo.InvariantCulture, $"The task {Kind(upid)} failed: {end}"),
        Hint = KnownRefusals.OfTask(upid, end, tail) ?? $"Its whole log: {PrintedCommands.Of("task", "log", upid)}",
        Upid = upid,
        Node = upid.Split(':')[1],
        LogTail = tail,
    }, upid, end));

    private static string Kind(string upid)
    {
        string[] parts = upid.Split(':');
        string kind = parts[^4];
        return parts[^3].Length > 0 ? $"{kind} of {parts[^3]} on {parts[1]}" : $"{kind} on {parts[1]}";
    }

    private static long? Number(JsonElement line) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty("n", out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private sealed class LineSink(Action<string> logged) : IProgress<TaskLogLine>
    {
        public void Report(TaskLogLine value) => logged(value.Text);
    }
}
