using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>Answers the calls about tasks as nodes do, on a clock of its own. What goes wrong is up to the test.</summary>
internal sealed class StubNodes
{
    private readonly ConcurrentDictionary<string, StubTask> _tasks = new(StringComparer.Ordinal);
    private int _pid = 0x1000;

    public StubNodes() => Handler = new StubHandler(Answer);

    public JumpingClock Clock { get; } = new();

    public StubHandler Handler { get; }

    /// <summary>Answers before the nodes do; null lets them answer.</summary>
    public Func<StubCall, HttpResponseMessage?> Trouble { get; set; } = static _ => null;

    public IEnumerable<StubCall> Lists => Handler.Calls.Where(static call => Path(call).EndsWith("/tasks", StringComparison.Ordinal));

    public IEnumerable<StubCall> StatusCalls => Handler.Calls.Where(static call => Path(call).EndsWith("/status", StringComparison.Ordinal));

    public PveClient Client() => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken("root@pam!ci", "secret"),
        Handler = _ => Handler,
        TimeProvider = Clock,
        Retry = ProxmoxRetryOptions.None,
    });

    /// <summary>Starts a task now.</summary>
    public StubTask Start(TimeSpan duration, string exit = "OK", string node = "pve1", params string[] lines) => Add(new StubTask(NewId(node)) { Duration = duration, Exit = exit, Lines = lines });

    public StubTask Add(StubTask task) => _tasks[task.Upid.ToString()] = task;

    public Upid NewId(string node = "pve1", DateTimeOffset? start = null, string type = "qmclone") => Upid.Parse(string.Create(
        CultureInfo.InvariantCulture,
        $"UPID:{node}:{Interlocked.Increment(ref _pid):X8}:00001234:{(start ?? Clock.GetUtcNow()).ToUnixTimeSeconds():X8}:{type}:9000:root@pam!ci:"));

    private static string Path(StubCall call) => Uri.UnescapeDataString(call.Target.Split('?')[0]);

    private HttpResponseMessage Answer(StubCall call)
    {
        if (Trouble(call) is { } trouble)
        {
            return trouble;
        }

        string[] parts = Path(call)["/api2/json/nodes/".Length..].Split('/');
        return parts.Length == 2 ? List(parts[0], Query(call)) : OnTask(call, parts);
    }

    private HttpResponseMessage OnTask(StubCall call, string[] parts)
    {
        if (!_tasks.TryGetValue(parts[2], out StubTask? task) || task.UnknownAnswers-- > 0)
        {
            return StubHandler.Json("""{"errors":{"upid":"no such task"},"data":null,"message":"Parameter verification failed.\n"}""", 400, "Parameter verification failed.");
        }

        if (call.Method == "DELETE")
        {
            task.StoppedAt ??= IsRunning(task) ? Clock.GetUtcNow() : null;
            return StubHandler.Json("""{"data":null}""");
        }

        return parts[3] == "status" ? Status(task) : Log(task, Query(call));
    }

    private HttpResponseMessage Status(StubTask task)
    {
        bool isRunning = IsRunning(task);
        bool tells = !isRunning && task.SilentAnswers-- <= 0;
        string exit = tells ? $",\"exitstatus\":{JsonSerializer.Serialize(task.ExitAt)}" : "";
        return StubHandler.Json($"{{\"data\":{{\"upid\":{JsonSerializer.Serialize(task.Upid.ToString())},\"status\":\"{(isRunning ? "running" : "stopped")}\"{exit}}}}}");
    }

    private HttpResponseMessage Log(StubTask task, Dictionary<string, long> query)
    {
        // One moment for all of it: the clock jumps while it is read, and a log must not end before its last line.
        DateTimeOffset now = Clock.GetUtcNow();
        double share = task.Duration > TimeSpan.Zero ? Math.Clamp((now - task.Upid.StartTime) / task.Duration, 0, 1) : 1;
        List<string> lines = [.. task.Lines.Take((int)(task.Lines.Count * share))];
        if (now >= task.EndsAt)
        {
            lines.Add(task.ExitAt == "OK" ? "TASK OK" : $"TASK ERROR: {task.ExitAt}");
        }

        lines = lines.Count == 0 ? ["no content"] : lines;
        (int start, int limit) = ((int)query.GetValueOrDefault("start"), (int)query.GetValueOrDefault("limit", 50));
        IEnumerable<string> page = lines.Skip(start).Take(limit).Select((text, index) => $"{{\"n\":{start + index + 1},\"t\":{JsonSerializer.Serialize(text)}}}");
        return StubHandler.Json($"{{\"data\":[{string.Join(',', page)}],\"total\":{lines.Count}}}");
    }

    private HttpResponseMessage List(string node, Dictionary<string, long> query)
    {
        StringBuilder items = new();
        IEnumerable<StubTask> found = _tasks.Values
            .Where(task => task.IsListed && task.Upid.Node == node && (query["source"] == 'a' ? IsRunning(task) : task.Upid.StartTime.ToUnixTimeSeconds() >= query.GetValueOrDefault("since")))
            .OrderByDescending(static task => task.Upid.StartTime).ThenByDescending(static task => task.Upid.ProcessId)
            .Skip((int)query.GetValueOrDefault("start")).Take((int)query.GetValueOrDefault("limit", 50));
        foreach (StubTask task in found)
        {
            string end = IsRunning(task) ? "\"status\":\"RUNNING\"" : $"\"status\":{JsonSerializer.Serialize(task.ExitAt)},\"endtime\":{task.EndsAt.ToUnixTimeSeconds()}";
            items.Append(items.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"upid\":\"{task.Upid}\",{end}}}");
        }

        return StubHandler.Json($"{{\"data\":[{items}]}}");
    }

    private bool IsRunning(StubTask task) => Clock.GetUtcNow() < task.EndsAt;

    // The sources are told apart by a letter: active is a, all is l.
    private static Dictionary<string, long> Query(StubCall call)
    {
        Dictionary<string, long> query = new(StringComparer.Ordinal) { ["source"] = 'r' };
        foreach (string pair in call.Target.Contains('?', StringComparison.Ordinal) ? call.Target.Split('?')[1].Split('&') : [])
        {
            string[] parts = pair.Split('=');
            query[parts[0]] = parts[1] switch
            {
                "active" => 'a',
                "all" => 'l',
                _ => long.TryParse(parts[1], CultureInfo.InvariantCulture, out long number) ? number : 0,
            };
        }

        return query;
    }
}
