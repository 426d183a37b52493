using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Datastores: configuration, status, namespaces, garbage collection.</summary>
internal sealed class DatastoreHandlers(PbsState state)
{
    private const string ConfigPath = "/config/datastore";

    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get("/admin/datastore", List);
        table.Get($"{Store}/status", Status);
        table.Get("/status/datastore-usage", Usage);
        table.Get($"{Store}/namespace", Namespaces);
        table.Post($"{Store}/namespace", CreateNamespace);
        table.Delete($"{Store}/namespace", DeleteNamespace);
        table.Get($"{Store}/gc", call => ApiReply.Of(Collection(state.GetDatastore(call.PathValues["store"]))));
        table.Get("/admin/gc", call => ApiReply.Of(new JsonArray([.. Visible(call).Select(store => (JsonNode)Collection(store))])));
        table.Post($"{Store}/gc", Collect);
        table.Post(ConfigPath, Create);
        table.Delete(ConfigPath + "/{name}", Remove);
    }

    private IEnumerable<Datastore> Visible(ApiCall call) =>
        state.Datastores.Values.Where(store => state.Permissions.HasAny(call.Caller, $"/datastore/{store.Name}", "Datastore.Audit", "Datastore.Backup"));

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (Datastore store in Visible(call))
        {
            list.Add((JsonNode)new JsonObject { ["store"] = store.Name, ["comment"] = state.Collections.Find(ConfigPath, store.Name)?["comment"]?.DeepClone(), ["mount-status"] = "nonremovable" });
        }

        return ApiReply.Of(list);
    }

    private Datastore Demand(ApiCall call)
    {
        string name = call.PathValues["store"];
        return state.Permissions.HasAny(call.Caller, $"/datastore/{name}", "Datastore.Audit", "Datastore.Backup")
            ? state.GetDatastore(name)
            : throw new ApiFault(403, "permission check failed");
    }

    private ApiReply Status(ApiCall call)
    {
        Datastore store = Demand(call);
        JsonObject data = Space(store);
        data["backend-type"] = "filesystem";
        if (call.IsSet("verbose"))
        {
            JsonObject Counts(string type)
            {
                Snapshot[] found = [.. store.Snapshots.Where(snapshot => snapshot.Type == type)];
                return new JsonObject { ["groups"] = found.Select(static snapshot => snapshot.Namespace + snapshot.Group).Distinct().Count(), ["snapshots"] = found.Length };
            }

            data["counts"] = new JsonObject { ["vm"] = Counts("vm"), ["ct"] = Counts("ct"), ["host"] = Counts("host"), ["other"] = new JsonObject { ["groups"] = 0, ["snapshots"] = 0 } };
            data["gc-status"] = Collection(store);
        }

        return ApiReply.Of(data);
    }

    private static JsonObject Space(Datastore store) => new() { ["total"] = store.Capacity, ["used"] = store.Used, ["avail"] = store.Capacity - store.Used };

    private ApiReply Usage(ApiCall call)
    {
        JsonArray list = [];
        foreach (Datastore store in Visible(call))
        {
            JsonObject entry = Space(store);
            entry["store"] = store.Name;
            entry["backend-type"] = "filesystem";
            entry["mount-status"] = "nonremovable";
            entry["gc-status"] = Collection(store);
            entry["history"] = new JsonArray();
            entry["history-start"] = state.Now.AddDays(-30).ToUnixTimeSeconds();
            entry["history-delta"] = 86_400;
            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Namespaces(ApiCall call)
    {
        Datastore store = Demand(call);
        string parent = call.Text("parent") ?? "";
        long depth = call.Integer("max-depth") ?? 7;
        int own = Depth(parent);
        JsonArray list = [];
        foreach (string name in store.Namespaces.Where(name => (parent.Length == 0 || name == parent || name.StartsWith(parent + "/", StringComparison.Ordinal)) && Depth(name) - own <= depth))
        {
            list.Add((JsonNode)new JsonObject { ["ns"] = name });
        }

        return ApiReply.Of(list);
    }

    private static int Depth(string name) => name.Length == 0 ? 0 : name.Count(static letter => letter == '/') + 1;

    private ApiReply CreateNamespace(ApiCall call)
    {
        Datastore store = Demand(call);
        string parent = call.Text("parent") ?? "";
        DemandNamespace(store, parent);
        string name = parent.Length == 0 ? call.Required("name") : $"{parent}/{call.Required("name")}";

        // Proxmox: making a namespace that exists succeeds.
        store.Namespaces.Add(name);
        return ApiReply.Of(name);
    }

    public static void DemandNamespace(Datastore store, string name)
    {
        if (!store.Namespaces.Contains(name))
        {
            throw new ApiFault(404, "namespace not found");
        }
    }

    private ApiReply DeleteNamespace(ApiCall call)
    {
        Datastore store = Demand(call);
        string name = call.Required("ns");
        DemandNamespace(store, name);
        bool Inside(string other) => other == name || other.StartsWith(name + "/", StringComparison.Ordinal);
        if (store.Snapshots.Any(snapshot => Inside(snapshot.Namespace)))
        {
            if (!call.IsSet("delete-groups"))
            {
                throw new ApiFault(400, "only partially deleted due to existing groups but `delete-groups` not true");
            }

            store.Snapshots.RemoveAll(snapshot => Inside(snapshot.Namespace));
        }

        store.Namespaces.RemoveWhere(other => other.Length > 0 && Inside(other));
        return ApiReply.Nothing;
    }

    private static JsonObject Collection(Datastore store)
    {
        JsonObject data = new()
        {
            ["store"] = store.Name,
            ["upid"] = store.LastCollection,
            ["disk-bytes"] = store.Used,
            ["disk-chunks"] = store.Used >> 21,
            ["index-data-bytes"] = store.Snapshots.Sum(static snapshot => snapshot.Size),
            ["index-file-count"] = store.Snapshots.Sum(static snapshot => snapshot.Files.Count),
            ["pending-bytes"] = 0,
            ["pending-chunks"] = 0,
            ["removed-bad"] = 0,
            ["removed-bytes"] = 0,
            ["removed-chunks"] = 0,
            ["still-bad"] = 0,
        };
        if (store.LastCollection is null)
        {
            data.Remove("upid");
        }
        else if (store.LastCollectionEnd != default)
        {
            data["last-run-state"] = "OK";
            data["last-run-endtime"] = store.LastCollectionEnd.ToUnixTimeSeconds();
            data["duration"] = 1;
        }

        return data;
    }

    private ApiReply Collect(ApiCall call)
    {
        Datastore store = state.GetDatastore(call.PathValues["store"]);
        int files = Math.Max(1, store.Snapshots.Sum(static snapshot => snapshot.Files.Count));
        SimulatedTask task = state.Tasks.Start(new TaskRequest(state.NodeName, "garbage_collection", store.Name, call.Caller.AuthId)
        {
            Effort = 3,
            Lines =
            [
                $"starting garbage collection on store {store.Name}", "Start GC phase1 (mark used chunks)",
                .. Enumerable.Range(1, files).Select(done => $"marked {done * 100 / files}% ({done} of {files} index files)"), "Start GC phase2 (sweep unused chunks)", "Removed garbage: 0 B", "Removed chunks: 0",
            ],
            Work = done => store.LastCollectionEnd = done.DueAt,
        });
        store.LastCollection = task.Upid;
        return ApiReply.Of(task.Upid);
    }

    private ApiReply Create(ApiCall call)
    {
        string name = call.Required("name");
        if (state.Datastores.ContainsKey(name))
        {
            throw new ApiFault(400, $"datastore '{name}' already exists.");
        }

        JsonObject config = [];
        foreach ((string key, JsonNode value) in call.Parameters.Where(static parameter => parameter.Key is not ("name" or "reuse-datastore" or "overwrite-in-use" or "digest")))
        {
            config[key] = value.DeepClone();
        }

        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "create-datastore", name, call.Caller.AuthId)
        {
            Lines = [$"Chunkstore create: 100%"],
            Work = _ =>
            {
                state.Datastores.TryAdd(name, new Datastore(name));
                state.Collections.Put(ConfigPath, name, config);
            },
        }).Upid);
    }

    private ApiReply Remove(ApiCall call)
    {
        string name = call.PathValues["name"];
        if (!state.Datastores.ContainsKey(name))
        {
            throw new ApiFault(400, $"datastore '{name}' does not exist.");
        }

        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "delete-datastore", name, call.Caller.AuthId)
        {
            Work = _ =>
            {
                state.Datastores.Remove(name);
                state.Collections.Remove(ConfigPath, name);
            },
        }).Upid);
    }
}
