using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Task lists, status, log and abort of a backup server.</summary>
internal sealed class PbsTaskHandlers(PbsState state)
{
    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/tasks", List);
        table.Get("/nodes/{node}/tasks/{upid}/status", Status);
        table.Get("/nodes/{node}/tasks/{upid}/log", Log);
        table.Delete("/nodes/{node}/tasks/{upid}", Stop);
    }

    private ApiReply List(ApiCall call)
    {
        List<SimulatedTask> found = [.. state.Tasks.All.Where(task => MaySee(call.Caller, task) && Matches(task, call)).OrderByDescending(static task => task.Started).ThenByDescending(static task => task.Pid)];
        IEnumerable<SimulatedTask> page = found.Skip((int)(call.Integer("start") ?? 0));
        long limit = call.Integer("limit") ?? 50;
        JsonArray list = [];
        foreach (SimulatedTask task in limit == 0 ? page : page.Take((int)limit))
        {
            JsonObject entry = new()
            {
                ["upid"] = task.Upid,
                ["node"] = "localhost",
                ["pid"] = task.Pid,
                ["pstart"] = task.PStart,
                ["starttime"] = task.Started.ToUnixTimeSeconds(),
                ["worker_type"] = task.Type,
                ["worker_id"] = task.Id.Length == 0 ? null : task.Id,
                ["user"] = task.Owner,
            };
            if (task.Ended is { } ended)
            {
                entry["endtime"] = ended.ToUnixTimeSeconds();
                entry["status"] = task.ExitStatus;
            }

            list.Add((JsonNode)entry);
        }

        return new ApiReply { Data = list, Siblings = new JsonObject { ["total"] = found.Count }, IsStream = true };
    }

    private static bool Matches(SimulatedTask task, ApiCall call)
    {
        long started = task.Started.ToUnixTimeSeconds();
        return (!call.IsSet("running") || task.IsRunning)
            && (!call.IsSet("errors") || (task.ExitStatus is { } exit && exit != "OK"))
            && (call.Text("userfilter") is not { } user || task.Owner.Contains(user, StringComparison.Ordinal))
            && (call.Text("typefilter") is not { } type || task.Type.Contains(type, StringComparison.Ordinal))
            && (call.Text("store") is not { } store || task.Id == store || task.Id.StartsWith(store + ":", StringComparison.Ordinal))
            && (call.Integer("since") is not { } since || started >= since)
            && (call.Integer("until") is not { } until || started <= until);
    }

    private ApiReply Status(ApiCall call)
    {
        SimulatedTask task = Find(call);
        int bang = task.Owner.IndexOf('!', StringComparison.Ordinal);
        JsonObject data = new()
        {
            ["upid"] = task.Upid,
            ["node"] = task.Node,
            ["pid"] = task.Pid,
            ["pstart"] = task.PStart,
            ["starttime"] = task.Started.ToUnixTimeSeconds(),
            ["type"] = task.Type,
            ["id"] = task.Id,
            ["user"] = bang < 0 ? task.Owner : task.Owner[..bang],
            ["status"] = task.IsRunning ? "running" : "stopped",
        };
        if (bang >= 0)
        {
            data["tokenid"] = task.Owner[(bang + 1)..];
        }

        if (task.ExitStatus is { } exit)
        {
            data["exitstatus"] = exit;
        }

        return ApiReply.Of(data);
    }

    private ApiReply Log(ApiCall call)
    {
        SimulatedTask task = Find(call);
        string stamp = task.Started.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + "+00:00: ";
        string[] lines = [.. task.LogAt(state.Now).Select(line => stamp + line)];
        if (call.IsSet("download"))
        {
            return new ApiReply { Raw = Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n"))), RawContentType = "text/plain" };
        }

        long start = call.Integer("start") ?? 0;
        long limit = call.Integer("limit") ?? 50;
        JsonArray list = [];
        for (long i = Math.Max(0, start == 0 ? 0 : start - 1); i < lines.Length && (limit == 0 || list.Count < limit); i++)
        {
            list.Add((JsonNode)new JsonObject { ["n"] = i + 1, ["t"] = lines[i] });
        }

        JsonObject siblings = new() { ["total"] = lines.Length, ["success"] = 1 };
        if (call.IsSet("test-status"))
        {
            siblings["active"] = task.IsRunning;
        }

        // Proxmox: this answer alone does not name its character set.
        return new ApiReply { Data = list, Siblings = siblings, JsonContentType = "application/json" };
    }

    private ApiReply Stop(ApiCall call)
    {
        state.Tasks.Abort(Find(call));
        return ApiReply.Nothing;
    }

    private SimulatedTask Find(ApiCall call)
    {
        SimulatedTask task = state.Tasks.Find(call.PathValues["upid"]) ?? throw new ApiFault(400, "no such task");
        return MaySee(call.Caller, task) ? task : throw new ApiFault(403, "permission check failed");
    }

    private bool MaySee(Principal caller, SimulatedTask task) =>
        caller.AuthId == task.Owner || caller.IsRoot || task.Owner.StartsWith(caller.AuthId + "!", StringComparison.Ordinal) || state.Permissions.Has(caller, "/system/tasks", "Sys.Audit");
}
