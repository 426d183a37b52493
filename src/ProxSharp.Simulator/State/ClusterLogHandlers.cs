using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.State;

/// <summary>The log of the cluster: logins and tasks, newest first.</summary>
internal sealed class ClusterLogHandlers(PveState state)
{
    private const int Kept = 50;
    private const int Information = 6;
    private const int Error = 3;

    public void Register(HandlerTable table) => table.Get("/cluster/log", List);

    private ApiReply List(ApiCall call)
    {
        List<ClusterEvent> events = [.. state.Events, .. state.Tasks.All.SelectMany(Of)];
        bool seesAll = state.Permissions.Has(call.Caller, "/", "Sys.Syslog");
        JsonArray list = [];
        int number = events.Count;
        foreach (ClusterEvent entry in events.OrderByDescending(static entry => entry.Time))
        {
            if (list.Count >= (call.Integer("max") ?? Kept))
            {
                break;
            }

            string uid = number--.ToString(CultureInfo.InvariantCulture);
            if (seesAll || entry.User == call.Caller.AuthId)
            {
                list.Add((JsonNode)Describe(entry, uid));
            }
        }

        return ApiReply.Of(list);
    }

    private static IEnumerable<ClusterEvent> Of(SimulatedTask task)
    {
        yield return new ClusterEvent(task.Started, task.Node, task.Owner, $"starting task {task.Upid}", Information);
        if (task is { Ended: { } ended, ExitStatus: { } exit })
        {
            bool good = exit == "OK" || exit.StartsWith("WARNINGS: ", StringComparison.Ordinal);
            yield return new ClusterEvent(ended, task.Node, task.Owner, $"end task {task.Upid} {exit}", good ? Information : Error);
        }
    }

    private static JsonObject Describe(ClusterEvent entry, string uid) => new()
    {
        ["uid"] = uid,
        ["id"] = $"{uid}:{entry.Node}",
        ["node"] = entry.Node,
        ["user"] = entry.User,
        ["tag"] = "pvedaemon",
        ["pid"] = 1500,
        ["pri"] = entry.Priority,
        ["time"] = entry.Time.ToUnixTimeSeconds(),
        ["msg"] = entry.Message,
    };
}
