using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Datastores: configuration, status, namespaces.</summary>
internal sealed class DatastoreHandlers(PbsState state)
{
    private const string ConfigPath = PbsState.DatastoreConfig;

    // The history that the usage list shows: half-hourly values of the last month.
    private const int HistoryLength = 1440;
    private const int HistoryStep = 1800;

    private static readonly string[] s_types = ["ct", "host", "vm"];

    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get("/admin/datastore", List);
        table.Get($"{Store}/status", Status);
        table.Get($"{Store}/active-operations", ActiveOperations);
        table.Get("/status/datastore-usage", Usage);
        table.Get($"{Store}/namespace", Namespaces);
        table.Post($"{Store}/namespace", CreateNamespace);
        table.Delete($"{Store}/namespace", DeleteNamespace);
        table.Post(ConfigPath, Create);
        table.Delete(ConfigPath + "/{name}", Remove);
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (Datastore store in DatastoreAccess.Visible(state, call))
        {
            JsonNode? comment = state.Collections.Find(ConfigPath, store.Name)?["comment"]?.DeepClone();
            list.Add((JsonNode)Modern(new JsonObject { ["store"] = store.Name, ["comment"] = comment }));
        }

        return ApiReply.Of(list);
    }

    private ApiReply Status(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Audit", "Datastore.Backup", isWrite: false);
        JsonObject data = Space(store);
        if (state.IsModern)
        {
            data["backend-type"] = "filesystem";
        }

        if (call.IsSet("verbose"))
        {
            data["counts"] = Counts(store, group => !ownOnly || DatastoreAccess.Owns(call.Caller, store, group));
            data["gc-status"] = MaintenanceHandlers.Status(store);
        }

        return ApiReply.Of(data);
    }

    private static JsonObject Space(Datastore store)
    {
        long used = Math.Min(store.Used, store.Capacity);
        return new JsonObject { ["total"] = store.Capacity, ["used"] = used, ["avail"] = store.Capacity - used };
    }

    private static JsonObject Counts(Datastore store, Func<GroupKey, bool> counts)
    {
        JsonObject result = new() { ["other"] = new JsonObject { ["groups"] = 0, ["snapshots"] = 0 } };
        GroupKey[] groups = [.. store.Namespaces(BackupNamespace.Root).SelectMany(store.Groups).Where(counts)];
        foreach (string type in s_types)
        {
            int[] snapshots = [.. groups.Where(group => group.Type == type).Select(group => store.Snapshots(group).Count).Where(static count => count > 0)];
            result[type] = new JsonObject { ["groups"] = snapshots.Length, ["snapshots"] = snapshots.Sum() };
        }

        return result;
    }

    private ApiReply ActiveOperations(ApiCall call)
    {
        Datastore store = state.GetDatastore(call.PathValues["store"]);
        return ApiReply.Of(new JsonObject { ["read"] = store.Locks.Readers, ["write"] = store.Locks.Writers });
    }

    private ApiReply Usage(ApiCall call)
    {
        JsonArray list = [];
        foreach (Datastore store in DatastoreAccess.Visible(state, call))
        {
            list.Add((JsonNode)UsageOf(store));
        }

        return ApiReply.Of(list);
    }

    private JsonObject UsageOf(Datastore store)
    {
        try
        {
            state.DemandOperation(store, isWrite: false);
        }
        catch (ApiFault fault)
        {
            return Modern(new JsonObject { ["store"] = store.Name, ["error"] = fault.Message });
        }

        JsonObject collection = MaintenanceHandlers.Status(store);
        collection.Remove("store");
        foreach (string name in (string[])["last-run-state", "last-run-endtime", "duration"])
        {
            collection.Remove(name);
        }

        JsonObject entry = Space(store);
        entry["store"] = store.Name;
        entry["gc-status"] = collection;
        entry["history"] = new JsonArray([.. Enumerable.Repeat<JsonNode?>(null, HistoryLength)]);
        entry["history-start"] = state.Now.ToUnixTimeSeconds() - (HistoryLength * HistoryStep);
        entry["history-delta"] = HistoryStep;
        if (state.IsModern)
        {
            entry["backend-type"] = "filesystem";
        }

        return Modern(entry);
    }

    /// <summary>Adds what newer versions tell about every datastore.</summary>
    private JsonObject Modern(JsonObject entry)
    {
        if (state.IsModern)
        {
            entry["mount-status"] = "nonremovable";
        }

        return entry;
    }

    private ApiReply Namespaces(ApiCall call)
    {
        string name = call.PathValues["store"];
        BackupNamespace parent = DatastoreAccess.Namespace(call, "parent");
        if (!state.Permissions.HasAny(call.Caller, DatastoreAccess.PathOf(name, parent), "Datastore.Audit", "Datastore.Backup"))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        state.DemandOperation(store, isWrite: false);
        DatastoreAccess.DemandNamespace(store, parent);
        JsonArray list = [];
        foreach (BackupNamespace ns in store.Namespaces(parent, (int)(call.Integer("max-depth") ?? 7)))
        {
            list.Add((JsonNode)new JsonObject { ["ns"] = ns.ToString() });
        }

        return ApiReply.Of(list);
    }

    private ApiReply CreateNamespace(ApiCall call)
    {
        BackupNamespace parent = DatastoreAccess.Namespace(call, "parent");
        Datastore store = Modify(call, parent);
        DatastoreAccess.DemandNamespace(store, parent);
        string name = call.Required("name");
        BackupNamespace ns = BackupNamespace.TryParse(parent.IsRoot ? name : $"{parent}/{name}", out BackupNamespace made)
            ? made
            : throw new ApiFault(400, "namespace to deep, 8 > max 7");

        // Proxmox: making a namespace that exists succeeds.
        store.Files.MakeFolder(ns.StorePath);
        return ApiReply.Of(ns.ToString());
    }

    private Datastore Modify(ApiCall call, BackupNamespace ns)
    {
        string name = call.PathValues["store"];
        if (!state.Permissions.Has(call.Caller, DatastoreAccess.PathOf(name, ns), "Datastore.Modify"))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        state.DemandOperation(store, isWrite: true);
        return store;
    }

    private ApiReply DeleteNamespace(ApiCall call)
    {
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        Datastore store = Modify(call, ns);
        DatastoreAccess.DemandNamespace(store, ns);
        SnapshotKey[] snapshots = [.. store.Namespaces(ns).SelectMany(store.Groups).SelectMany(store.Snapshots)];
        if (snapshots.Length > 0 && !call.IsSet("delete-groups"))
        {
            throw new ApiFault(400, "only partially deleted due to existing groups but `delete-groups` not true");
        }

        int kept = 0;
        foreach (SnapshotKey key in snapshots)
        {
            if (store.IsProtected(key) || store.Locks.IsLocked(key))
            {
                kept++;
                continue;
            }

            store.Remove(key);
        }

        if (kept > 0)
        {
            return call.Flag("error-on-protected") != false
                ? throw new ApiFault(400, "group only partially deleted due to protected snapshots")
                : ApiReply.Nothing;
        }

        store.Files.DeleteFolder(ns.StorePath);
        return ApiReply.Nothing;
    }

    private ApiReply Create(ApiCall call)
    {
        string name = call.Required("name");
        if (state.Datastores.ContainsKey(name))
        {
            throw new ApiFault(400, $"datastore '{name}' already exists.");
        }

        JsonObject config = [];
        foreach ((string key, JsonNode value) in call.Parameters
            .Where(static parameter => parameter.Key is not ("name" or "reuse-datastore" or "overwrite-in-use" or "digest")))
        {
            config[key] = value.DeepClone();
        }

        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "create-datastore", name, call.Caller.AuthId)
        {
            Lines = [$"Chunkstore create: 100%"],
            Work = _ =>
            {
                if (!state.Datastores.ContainsKey(name))
                {
                    state.MakeDatastore(name).BasePath = call.Required("path");
                    state.Collections.Put(ConfigPath, name, config);
                }
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

        SimulatedTask task = state.Tasks.Start(new TaskRequest(state.NodeName, "delete-datastore", name, call.Caller.AuthId)
        {
            Work = _ =>
            {
                state.Datastores.Remove(name);
                state.Collections.Remove(ConfigPath, name);
            },
        });

        // Proxmox: this call answers the digest of nothing.
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([]));
        return ApiReply.Of(task.Upid) with { Siblings = new JsonObject { ["digest"] = digest } };
    }
}
