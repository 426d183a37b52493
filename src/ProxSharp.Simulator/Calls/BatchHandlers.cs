using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Calls;

/// <summary>Several calls of one node in a single request.</summary>
internal sealed class BatchHandlers(PveState state)
{
    /// <summary>Makes one of the calls; set once all handlers are known.</summary>
    public Func<ApiCall, ApiReply> Dispatch { get; set; } = static _ => throw new InvalidOperationException("The dispatcher is not set.");

    public void Register(HandlerTable table) => table.Post("/nodes/{node}/execute", Execute);

    private ApiReply Execute(ApiCall call)
    {
        JsonArray results = [];
        foreach (JsonNode? command in Commands(call.Required("commands")))
        {
            results.Add((JsonNode)One(call, command!.AsObject()));
        }

        return ApiReply.Of(results);
    }

    private static JsonArray Commands(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonArray commands && commands.All(static command => command is JsonObject members && members["path"] is JsonValue && members["method"] is JsonValue))
            {
                return commands;
            }
        }
        catch (JsonException)
        {
            // Reported below like any other text that is no list of commands.
        }

        throw ApiFault.Parameter("commands", "invalid format - not a valid batch of commands\n");
    }

    private JsonObject One(ApiCall batch, JsonObject command)
    {
        string path = $"nodes/{batch.PathValues["node"]}/{command["path"]!.GetValue<string>().Trim('/')}";
        if (!ApiMethods.TryParse(command["method"]!.GetValue<string>(), out ApiMethod method) || !state.Schema.TryMatch(method, "/" + path, out ApiMatch? match))
        {
            return new JsonObject { ["status"] = 500, ["message"] = $"no handler for '{path}'\n" };
        }

        Dictionary<string, JsonNode> parameters = new(StringComparer.Ordinal);
        foreach ((string name, JsonNode? value) in command["args"] as JsonObject ?? [])
        {
            if (value is not null)
            {
                parameters[name] = value.DeepClone();
            }
        }

        foreach ((string name, string value) in match.PathValues)
        {
            parameters[name] = JsonValue.Create(value);
        }

        try
        {
            ApiReply reply = Dispatch(new ApiCall { Endpoint = match.Endpoint, Path = "/" + path, PathValues = match.PathValues, Parameters = parameters, Caller = batch.Caller });
            return new JsonObject { ["status"] = 200, ["data"] = reply.Data?.DeepClone() };
        }
        catch (ApiFault fault)
        {
            JsonObject failed = new() { ["status"] = fault.Status, ["message"] = fault.Message + "\n" };
            if (fault.Errors is { } errors)
            {
                failed["errors"] = new JsonObject([.. errors.Select(static error => KeyValuePair.Create<string, JsonNode?>(error.Key, JsonValue.Create(error.Value)))]);
            }

            return failed;
        }
    }
}
