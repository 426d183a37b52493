using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>What S3 endpoints tell of their buckets.</summary>
internal sealed class S3Handlers(PbsState state)
{
    private const string Endpoint = "s3-endpoint-id";

    public void Register(HandlerTable table)
    {
        table.Get($"{S3Backend.Config}/{{id}}/list-buckets", call =>
            ApiReply.List(S3Backend.Buckets(state, S3Backend.DemandEndpoint(state, call.PathValues["id"])).Select(static bucket => (JsonNode)new JsonObject { ["name"] = bucket })));
        table.Put($"/admin/s3/{{{Endpoint}}}/check", call =>
        {
            S3Backend.Demand(state, call.PathValues[Endpoint], call.Required("bucket"));
            return ApiReply.Nothing;
        });
        table.Put($"/admin/s3/{{{Endpoint}}}/reset-counters", call =>
        {
            S3Backend.DemandEndpoint(state, call.PathValues[Endpoint]);
            return ApiReply.Nothing;
        });
    }
}
