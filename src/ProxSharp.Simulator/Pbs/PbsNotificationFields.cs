using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Tape;

namespace ProxSharp.Simulator.Pbs;

/// <summary>What the matchers of a backup server can choose by.</summary>
internal sealed class PbsNotificationFields(PbsState state)
{
    private static readonly string[] s_fields = ["datastore", "hostname", "job-id", "media-pool", "type"];

    private static readonly string[] s_types =
        ["acme", "gc", "package-updates", "prune", "sync", "system-mail", "tape-backup", "tape-load", "verification"];

    public void Register(HandlerTable table)
    {
        table.Get("/config/notifications/matcher-fields", static _ => ApiReply.List(s_fields.Select(static name => new JsonObject { ["name"] = name })));
        table.Get("/config/notifications/matcher-field-values", _ => ApiReply.List(Values()));
    }

    private IEnumerable<JsonNode> Values()
    {
        IEnumerable<JsonNode> jobs = PbsReferences.JobsOfDatastores.SelectMany(list => state.Collections.Items(list))
            .Select(static job => Value("job-id", job.Key, job.Value["comment"]));
        IEnumerable<JsonNode> pools = state.Collections.Items(TapeState.PoolConfig).Select(static pool => Value("media-pool", pool.Key, pool.Value["comment"]));
        IEnumerable<JsonNode> stores = state.Datastores.Keys.Select(name => Value("datastore", name, state.Collections.Find(PbsState.DatastoreConfig, name)?["comment"]));
        return [.. stores, Value("hostname", state.NodeName, null), .. jobs, .. pools, .. s_types.Select(static type => Value("type", type, null))];
    }

    private static JsonObject Value(string field, string value, JsonNode? comment)
    {
        JsonObject entry = new() { ["field"] = field, ["value"] = value };
        if (comment is not null)
        {
            entry["comment"] = comment.DeepClone();
        }

        return entry;
    }
}
