using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>Fabrics and the nodes in them.</summary>
internal sealed class FabricHandlers(PveState state, CollectionReader reader, SdnConfig config)
{
    private const string Fabrics = SdnConfig.Fabrics;
    private const string Nodes = SdnConfig.FabricNodes;

    public void Register(HandlerTable table)
    {
        table.Get($"{SdnConfig.Root}/fabrics/all", call => ApiReply.Of(new JsonObject { ["fabrics"] = All(call), ["nodes"] = AllNodes(call) }));
        table.Get(Fabrics, call => ApiReply.Of(All(call)));
        table.Post(Fabrics, Create);
        table.Get($"{Fabrics}/{{id}}", call => ApiReply.Of(Demand(call, Fabrics, "id", call.PathValues["id"])));
        table.Put($"{Fabrics}/{{id}}", call => Update(call, Fabrics, call.PathValues["id"], "updating fabric failed"));
        table.Delete($"{Fabrics}/{{id}}", Delete);
        table.Get(Nodes, call => ApiReply.Of(AllNodes(call)));
        table.Get($"{Nodes}/{{fabric_id}}", call => ApiReply.Of(NodesOf(call, call.PathValues["fabric_id"])));
        table.Post($"{Nodes}/{{fabric_id}}", AddNode);
        table.Get($"{Nodes}/{{fabric_id}}/{{node_id}}", GetNode);
        table.Put($"{Nodes}/{{fabric_id}}/{{node_id}}", call => Update(call, ListOf(call), call.PathValues["node_id"], "updating node failed"));
        table.Delete($"{Nodes}/{{fabric_id}}/{{node_id}}", RemoveNode);
    }

    private static string ListOf(ApiCall call) => $"{Nodes}/{call.PathValues["fabric_id"]}";

    private bool MaySee(ApiCall call, string fabric) => state.Permissions.HasAny(call.Caller, $"/sdn/fabrics/{fabric}", "SDN.Audit", "SDN.Allocate");

    private JsonArray All(ApiCall call) =>
        new([.. config.Names(call, Fabrics).Where(fabric => MaySee(call, fabric)).Select(name => (JsonNode)Shown(call, Fabrics, "id", name))]);

    private JsonArray AllNodes(ApiCall call)
    {
        IEnumerable<string> fabrics = config.Wanted(Fabrics).Keys.Union(config.Running(Fabrics).Keys);
        return new JsonArray([.. fabrics.Where(fabric => MaySee(call, fabric)).SelectMany(fabric => NodesOf(call, fabric))
            .Select(static node => node!.DeepClone())]);
    }

    private JsonArray NodesOf(ApiCall call, string fabric) =>
        new([.. config.Names(call, $"{Nodes}/{fabric}").Select(name => (JsonNode)Shown(call, $"{Nodes}/{fabric}", "node_id", name))]);

    private JsonObject Shown(ApiCall call, string list, string key, string name)
    {
        JsonObject shown = config.View(call, list, key, name);
        if (shown["digest"] is null)
        {
            shown.Remove("digest");
        }

        if (key == "node_id")
        {
            shown["fabric_id"] = list[(Nodes.Length + 1)..];
            shown["protocol"] ??= config.Wanted(Fabrics).GetValueOrDefault(list[(Nodes.Length + 1)..])?["protocol"]?.DeepClone();
        }

        return shown;
    }

    private JsonObject Demand(ApiCall call, string list, string key, string name) =>
        config.Exists(call, list, name) ? Shown(call, list, key, name) : throw Missing(name);

    private static ApiFault Missing(string fabric) => ApiFault.Failed($"fabric '{fabric}' does not exist in configuration");

    private ApiReply Create(ApiCall call)
    {
        const string Failure = "adding fabric failed";
        config.DemandLock(call, Failure);
        string id = call.Required("id");
        if (config.Wanted(Fabrics).ContainsKey(id))
        {
            throw ApiFault.Failed($"{Failure}: fabric '{id}' already exists in configuration");
        }

        state.Collections.Put(Fabrics, id, Stored(call, null));
        return ApiReply.Nothing;
    }

    private JsonObject Stored(ApiCall call, JsonObject? present) => reader.Store(call, present, "lock-token", "id", "fabric_id", "node_id");

    private ApiReply Update(ApiCall call, string list, string name, string failure)
    {
        config.DemandLock(call, failure);
        JsonObject present = config.Wanted(list).GetValueOrDefault(name) ?? throw (list == Fabrics ? Missing(name) : MissingNode(call));
        config.DemandDigest(call, list, failure);
        state.Collections.Put(list, name, Stored(call, present.DeepClone().AsObject()));
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        config.DemandLock(call, "deleting fabric failed");
        string id = call.PathValues["id"];
        if (!state.Collections.Remove(Fabrics, id))
        {
            throw Missing(id);
        }

        foreach (string node in config.Wanted($"{Nodes}/{id}").Keys.ToArray())
        {
            state.Collections.Remove($"{Nodes}/{id}", node);
        }

        return ApiReply.Nothing;
    }

    private ApiFault MissingNode(ApiCall call)
    {
        string fabric = call.PathValues["fabric_id"];
        return config.Wanted(Fabrics).ContainsKey(fabric)
            ? ApiFault.Failed($"node '{call.PathValues["node_id"]}' does not exist in fabric '{fabric}'")
            : Missing(fabric);
    }

    private ApiReply AddNode(ApiCall call)
    {
        const string Failure = "adding node failed";
        config.DemandLock(call, Failure);
        string fabric = call.PathValues["fabric_id"];
        string node = call.Required("node_id");
        if (!config.Wanted(Fabrics).ContainsKey(fabric))
        {
            throw Missing(fabric);
        }

        if (config.Wanted(ListOf(call)).ContainsKey(node))
        {
            throw ApiFault.Failed($"{Failure}: node '{node}' already exists in fabric '{fabric}'");
        }

        state.Collections.Put(ListOf(call), node, Stored(call, null));
        return ApiReply.Nothing;
    }

    private ApiReply GetNode(ApiCall call)
    {
        string node = call.PathValues["node_id"];
        return config.Exists(call, ListOf(call), node) ? ApiReply.Of(Shown(call, ListOf(call), "node_id", node)) : throw MissingNode(call);
    }

    private ApiReply RemoveNode(ApiCall call)
    {
        config.DemandLock(call, "deleting node failed");
        return state.Collections.Remove(ListOf(call), call.PathValues["node_id"]) ? ApiReply.Nothing : throw MissingNode(call);
    }
}
