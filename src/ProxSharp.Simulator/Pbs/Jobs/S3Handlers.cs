using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The buckets behind S3 endpoints: one that every endpoint has, and those that datastores name.</summary>
internal sealed class S3Handlers(PbsState state)
{
    private const string Config = "/config/s3";
    private const string FirstBucket = "backups";

    public void Register(HandlerTable table)
    {
        table.Get("/config/s3/{id}/list-buckets", call =>
            ApiReply.List(Buckets(Demand(call.PathValues["id"])).Select(static bucket => (JsonNode)new JsonObject { ["name"] = bucket })));
        table.Put("/admin/s3/{s3-endpoint-id}/check", Check);
        table.Put("/admin/s3/{s3-endpoint-id}/reset-counters", call =>
        {
            Demand(call.PathValues["s3-endpoint-id"]);
            return ApiReply.Nothing;
        });
    }

    private string Demand(string id) => state.Collections.Find(Config, id) is null ? throw new ApiFault(400, $"no such s3 '{id}'") : id;

    private SortedSet<string> Buckets(string endpoint)
    {
        SortedSet<string> buckets = new([FirstBucket], StringComparer.Ordinal);
        foreach (JsonObject store in state.Collections.Items(PbsState.DatastoreConfig).Values)
        {
            if (store["backend"] is not JsonValue backend)
            {
                continue;
            }

            Dictionary<string, string> parts = PropertyStringEntries.Parse(ApiCall.TextOf(backend)).Items
                .ToDictionary(static entry => entry.Key ?? "type", static entry => entry.Value, StringComparer.Ordinal);
            if (parts.GetValueOrDefault("type") == "s3" && parts.GetValueOrDefault("client") == endpoint && parts.TryGetValue("bucket", out string? bucket))
            {
                buckets.Add(bucket);
            }
        }

        return buckets;
    }

    private ApiReply Check(ApiCall call)
    {
        string bucket = call.Required("bucket");
        return Buckets(Demand(call.PathValues["s3-endpoint-id"])).Contains(bucket)
            ? ApiReply.Nothing
            : throw new ApiFault(400, $"head bucket failed: bucket '{bucket}' not found");
    }
}
