using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>The targets of notifications: the endpoints of all kinds in one list.</summary>
internal sealed class NotificationHandlers(PveState state)
{
    private static readonly string[] s_kinds = ["gotify", "sendmail", "smtp", "webhook"];

    public void Register(HandlerTable table)
    {
        table.Get("/cluster/notifications/targets", List);
        table.Post("/cluster/notifications/targets/{name}/test", Test);
    }

    private IEnumerable<(string Kind, string Name, JsonObject Item)> Targets() =>
        s_kinds.SelectMany(kind => state.Collections.Items($"/cluster/notifications/endpoints/{kind}").Select(entry => (kind, entry.Key, entry.Value)));

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string kind, string name, JsonObject item) in Targets())
        {
            JsonObject entry = new() { ["name"] = name, ["type"] = kind, ["origin"] = "user-created" };
            if (item["comment"] is { } comment)
            {
                entry["comment"] = comment.DeepClone();
            }

            if (item["disable"] is { } disable && ApiCall.TextOf(disable) is "1" or "true")
            {
                entry["disable"] = true;
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Test(ApiCall call)
    {
        string name = call.PathValues["name"];
        return Targets().Any(target => target.Name == name) ? ApiReply.Nothing : throw new ApiFault(404, $"target '{name}' does not exist") { WithoutNewline = true };
    }
}
