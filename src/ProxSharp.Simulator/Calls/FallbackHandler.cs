using System.Text.Json.Nodes;
using ProxSharp.Schema;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Calls;

/// <summary>Answers from the generic collections and indexes, else with what the result schema describes, and starts a task where the endpoint does.</summary>
internal sealed class FallbackHandler(ServerState state, ShapeValues shapes) : IFallbackHandler
{
    private readonly CollectionHandlers _collections = new(state, shapes);
    private readonly IndexHandlers _indexes = new(state.Schema);

    public ApiReply Handle(ApiCall call)
    {
        if ((_collections.Find(call.Endpoint) ?? _indexes.Find(call.Endpoint)) is { } handler)
        {
            return handler(call);
        }

        if (call.Endpoint.Transport == ApiTransportKind.Download)
        {
            return new ApiReply { Raw = "simulated content\n"u8.ToArray() };
        }

        if (call.Endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Maybe or ApiTaskKind.Undeclared)
        {
            return ApiReply.Of(StartTask(call));
        }

        JsonNode? data = shapes.Create(call.Endpoint.Returns, null, call.PathValues);
        if (call.Endpoint.Task == ApiTaskKind.Property && data is JsonObject members)
        {
            members["upid"] = StartTask(call);
        }

        return ApiReply.Of(data);
    }

    private string StartTask(ApiCall call)
    {
        string node = call.PathValues.GetValueOrDefault("node") is { } named && named != "localhost" ? named : state.LocalNode;
        string id = call.PathValues.GetValueOrDefault("vmid") ?? call.PathValues.GetValueOrDefault("store") ?? "";
        return state.Tasks.Start(new TaskRequest(node, TaskType(call), id, call.Caller.AuthId)).Upid;
    }

    private static string TaskType(ApiCall call)
    {
        string last = call.Endpoint.Path.Split('/').Last(static segment => segment.Length > 0 && !segment.StartsWith('{'));
        return last.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
    }
}
