using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Jobs;

namespace ProxSharp.Simulator.State;

/// <summary>What the matchers of a cluster can choose by.</summary>
internal sealed class NotificationFields(PveState state)
{
    private static readonly string[] s_types = ["package-updates", "fencing", "replication", "system-mail", "vzdump"];

    public void Register(HandlerTable table)
    {
        table.Get("/cluster/notifications/matcher-fields", static _ => ApiReply.List(((string[])["type", "hostname", "job-id"])
            .Select(static name => new JsonObject { ["name"] = name })));
        table.Get("/cluster/notifications/matcher-field-values", _ => ApiReply.Of(Values()));
    }

    private JsonArray Values()
    {
        JsonArray values = [];
        foreach (string type in s_types)
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "type", ["value"] = type });
        }

        foreach (string node in state.Nodes.Keys)
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "hostname", ["value"] = node });
        }

        foreach ((string id, JsonObject job) in state.Collections.Items(JobScheduler.Backups))
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "job-id", ["value"] = id, ["comment"] = job["comment"]?.DeepClone() });
        }

        return values;
    }
}
