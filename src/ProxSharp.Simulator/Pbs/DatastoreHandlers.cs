using System.Text.Json.Nodes;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Jobs;
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
        table.Post(ConfigPath, Create);
        table.Delete(ConfigPath + "/{name}", Remove);
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (Datastore store in state.Datastores.Values)
        {
            bool isVisible = DatastoreAccess.Sees(state, call.Caller, store);
            if (isVisible || DatastoreAccess.SeesNamespaceOf(state, call.Caller, store))
            {
                JsonNode? comment = isVisible ? state.Collections.Find(ConfigPath, store.Name)?["comment"]?.DeepClone() : null;
                list.Add((JsonNode)Modern(new JsonObject { ["store"] = store.Name, ["comment"] = comment }));
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply Status(ApiCall call)
    {
        string name = call.PathValues["store"];
        bool seesAll = state.Permissions.HasAny(call.Caller, DatastoreAccess.PathOf(name, BackupNamespace.Root), "Datastore.Audit", "Datastore.Backup");
        if (!seesAll && (!state.Datastores.TryGetValue(name, out Datastore? found) || !DatastoreAccess.SeesNamespaceOf(state, call.Caller, found)))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        state.DemandOperation(store, isWrite: false);

        // Proxmox: who may only see namespaces is not told how full the datastore is.
        JsonObject data = seesAll ? Space(store) : new JsonObject { ["total"] = 0, ["used"] = 0, ["avail"] = 0 };
        if (state.IsModern)
        {
            data["backend-type"] = "filesystem";
        }

        if (call.IsSet("verbose"))
        {
            bool ownOnly = !state.Permissions.Has(call.Caller, DatastoreAccess.PathOf(name, BackupNamespace.Root), "Datastore.Audit");
            data["counts"] = Counts(store, group => !ownOnly || DatastoreAccess.Owns(call.Caller, store, group));
            data["gc-status"] = seesAll ? MaintenanceHandlers.Status(store) : null;
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
        foreach (Datastore store in state.Datastores.Values)
        {
            if (DatastoreAccess.Sees(state, call.Caller, store))
            {
                list.Add((JsonNode)UsageOf(store));
            }
            else if (DatastoreAccess.SeesNamespaceOf(state, call.Caller, store))
            {
                list.Add((JsonNode)Modern(new JsonObject { ["store"] = store.Name }));
            }
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

        S3Backend? backend = S3Backend.Of(config);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "create-datastore", name, call.Caller.AuthId)
        {
            Lines = [$"Chunkstore create: 100%"],
            Work = _ =>
            {
                if (backend is not null)
                {
                    S3Backend.Demand(state, backend.Endpoint, backend.Bucket ?? throw ApiFault.Failed("missing bucket"));
                }

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

        bool keepsJobs = call.IsSet("keep-job-configs");
        SimulatedTask task = state.Tasks.Start(new TaskRequest(state.NodeName, "delete-datastore", name, call.Caller.AuthId)
        {
            Work = _ =>
            {
                if (!keepsJobs)
                {
                    RemoveJobs(name);
                }

                state.Datastores.Remove(name);
                state.Collections.Remove(ConfigPath, name);
            },
        });

        // Proxmox: this call answers the digest of nothing.
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([]));
        return ApiReply.Of(task.Upid) with { Siblings = new JsonObject { ["digest"] = digest } };
    }

    private void RemoveJobs(string store)
    {
        foreach (string list in PbsReferences.JobsOfDatastores)
        {
            foreach (string id in state.Collections.Items(list).Where(job => new JobSettings(job.Value).Text("store") == store).Select(static job => job.Key).ToArray())
            {
                state.Collections.Remove(list, id);
            }
        }
    }
}
