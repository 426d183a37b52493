using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Tasks;

/// <summary>Task lists, status, log and abort of Proxmox VE.</summary>
internal sealed class PveTaskHandlers(PveState state)
{
    private const int ClusterTasks = 25;

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/tasks", List);
        table.Get("/cluster/tasks", ListCluster);
        table.Get("/nodes/{node}/tasks/{upid}", Index);
        table.Get("/nodes/{node}/tasks/{upid}/status", Status);
        table.Get("/nodes/{node}/tasks/{upid}/log", Log);
        table.Delete("/nodes/{node}/tasks/{upid}", Stop);
    }

    private static ApiReply Index(ApiCall call) => ApiReply.Of(new JsonArray(new JsonObject { ["name"] = "log" }, new JsonObject { ["name"] = "status" }));

    private static bool IsError(SimulatedTask task) => task.ExitStatus is { } exit && exit != "OK" && !exit.StartsWith("WARNINGS: ", StringComparison.Ordinal);

    private ApiReply List(ApiCall call)
    {
        string node = call.PathValues["node"];
        string source = call.Text("source") ?? "archive";
        List<SimulatedTask> found = [.. state.Tasks.All
            .Where(task => task.Node == node && MaySee(call.Caller, task) && Matches(task, source, call))
            .OrderByDescending(static task => task.Started).ThenByDescending(static task => task.Pid)];
        IEnumerable<SimulatedTask> page = found.Skip((int)(call.Integer("start") ?? 0));
        long limit = call.Integer("limit") ?? 50;
        page = limit == 0 ? page : page.Take((int)limit);
        JsonArray items = [];
        foreach (SimulatedTask task in page)
        {
            items.Add((JsonNode)Entry(task));
        }

        return ApiReply.Page(items, found.Count);
    }

    private static bool Matches(SimulatedTask task, string source, ApiCall call)
    {
        bool inSource = source switch { "active" => task.IsRunning, "all" => true, _ => !task.IsRunning };
        long started = task.Started.ToUnixTimeSeconds();
        return inSource
            && (call.Integer("vmid") is not { } vmid || task.Id == vmid.ToString(CultureInfo.InvariantCulture))
            && (call.Text("userfilter") is not { } user || task.Owner.Contains(user, StringComparison.OrdinalIgnoreCase))
            && (call.Text("typefilter") is not { } type || task.Type == type)
            && (!call.IsSet("errors") || IsError(task))
            && (call.Integer("since") is not { } since || started >= since)
            && (call.Integer("until") is not { } until || started <= until)
            && (call.Items("statusfilter") is not { Count: > 0 } wanted || wanted.Contains(Kind(task)));
    }

    private static string Kind(SimulatedTask task) => task.ExitStatus switch
    {
        "OK" => "ok",
        null => "unknown",
        string exit when exit.StartsWith("WARNINGS: ", StringComparison.Ordinal) => "warning",
        _ => "error",
    };

    private static JsonObject Entry(SimulatedTask task)
    {
        JsonObject entry = Facts(task);
        if (task.Ended is { } ended)
        {
            entry["endtime"] = ended.ToUnixTimeSeconds();
            entry["status"] = task.ExitStatus;
        }
        else
        {
            // Proxmox: only lists write it in upper case.
            entry["status"] = "RUNNING";
            entry["saved"] = "0";
        }

        return entry;
    }

    private static JsonObject Facts(SimulatedTask task)
    {
        int bang = task.Owner.IndexOf('!', StringComparison.Ordinal);
        JsonObject facts = new()
        {
            ["upid"] = task.Upid,
            ["node"] = task.Node,
            ["pid"] = task.Pid,
            ["pstart"] = task.PStart,
            ["starttime"] = task.Started.ToUnixTimeSeconds(),
            ["type"] = task.Type,
            ["id"] = task.Id,
            ["user"] = bang < 0 ? task.Owner : task.Owner[..bang],
        };
        if (bang >= 0)
        {
            facts["tokenid"] = task.Owner[(bang + 1)..];
        }

        return facts;
    }

    private ApiReply ListCluster(ApiCall call)
    {
        JsonArray items = [];
        foreach (SimulatedTask task in state.Tasks.All.Where(task => MaySee(call.Caller, task)).OrderByDescending(static task => task.Started).ThenByDescending(static task => task.Pid).Take(ClusterTasks))
        {
            JsonObject entry = Facts(task);
            entry.Remove("pstart");
            if (task.Ended is { } ended)
            {
                entry.Remove("pid");
                entry["endtime"] = ended.ToUnixTimeSeconds();
                entry["status"] = task.ExitStatus;
                entry["saved"] = "1";
            }

            items.Add((JsonNode)entry);
        }

        return ApiReply.Of(items);
    }

    private ApiReply Status(ApiCall call)
    {
        SimulatedTask task = Find(call, "Sys.Audit");
        JsonObject status = Facts(task);
        status["status"] = task.IsRunning ? "running" : "stopped";
        if (task.ExitStatus is { } exit)
        {
            status["exitstatus"] = exit;
        }

        return ApiReply.Of(status);
    }

    private ApiReply Log(ApiCall call)
    {
        SimulatedTask task = Find(call, "Sys.Audit");
        IReadOnlyList<string> lines = task.LogAt(state.Now);
        if (call.IsSet("download"))
        {
            if (call.Has("start") || call.Has("limit"))
            {
                throw ApiFault.Failed("Parameter 'download' can't be used with other parameters");
            }

            return new ApiReply
            {
                Raw = Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n"))),
                RawContentType = "text/plain",
                Headers = [new("Content-Disposition", $"attachment; filename=\"task-{task.Node}-{task.Type}-{task.Started:yyyy-MM-ddTHH-mm-ssZ}.log\"")],
            };
        }

        if (lines.Count == 0)
        {
            // Proxmox: an empty log is one line that says so.
            lines = ["no content"];
        }

        long start = call.Integer("start") ?? 0;
        long limit = call.Integer("limit") ?? 50;
        JsonArray items = [];
        for (long i = start; i < lines.Count && (limit == 0 || i < start + limit); i++)
        {
            items.Add((JsonNode)new JsonObject { ["n"] = i + 1, ["t"] = lines[(int)i] });
        }

        return ApiReply.Page(items, lines.Count);
    }

    private ApiReply Stop(ApiCall call)
    {
        state.Tasks.Abort(Find(call, "Sys.Modify"));
        return ApiReply.Nothing;
    }

    private SimulatedTask Find(ApiCall call, string privilege)
    {
        string upid = call.PathValues["upid"];
        if (!UpidPattern.IsMatch(upid))
        {
            throw ApiFault.Parameter("upid", "unable to parse worker upid");
        }

        SimulatedTask task = state.Tasks.Find(upid) ?? throw ApiFault.Parameter("upid", "no such task");
        string node = $"/nodes/{call.PathValues["node"]}";
        return IsOwner(call.Caller, task) || state.Permissions.Has(call.Caller, node, privilege)
            ? task
            : throw ApiFault.Forbidden($"{node}, {privilege}");
    }

    private static Regex UpidPattern => field ??= new(
        "^UPID:[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\\s]+:[^:\\s]*:[^:\\s]+:$");

    private static bool IsOwner(Principal caller, SimulatedTask task) =>
        caller.AuthId == task.Owner || (caller.TokenName is null && task.Owner.StartsWith(caller.UserId + "!", StringComparison.Ordinal));

    private bool MaySee(Principal caller, SimulatedTask task) =>
        IsOwner(caller, task) || state.Permissions.Has(caller, $"/nodes/{task.Node}", "Sys.Audit");
}
