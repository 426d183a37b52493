using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>Lists sync, prune and verification jobs with their runs, and runs them; pulls from remotes and looks into them.</summary>
internal sealed class JobHandlers(PbsState state, MaintenanceHandlers maintenance, JobAccess access)
{
    private const int MaximumDepth = 7;

    private readonly Dictionary<string, SimulatedTask> _runs = new(StringComparer.Ordinal);

    public void Register(HandlerTable table)
    {
        table.Get("/admin/sync", call => List(call, JobKind.Sync));
        table.Get("/admin/prune", call => List(call, JobKind.Prune));
        table.Get("/admin/verify", call => List(call, JobKind.Verify));
        table.Post("/admin/sync/{id}/run", RunSync);
        table.Post("/admin/prune/{id}/run", RunPrune);
        table.Post("/admin/verify/{id}/run", RunVerification);
        table.Post("/pull", Pull);
        table.Post("/push", Push);
        table.Get("/config/remote/{name}/scan", ScanRemote);
        table.Get("/config/remote/{name}/scan/{store}/groups", call => ApiReply.Of(Scan(call, Groups)));
        table.Get("/config/remote/{name}/scan/{store}/namespaces", call => ApiReply.Of(Scan(call, Namespaces)));
    }

    private static JsonArray Groups(Datastore store, BackupNamespace ns) =>
        new([.. store.Groups(ns).Select(group => SnapshotView.Group(store, group)).OfType<JsonNode>()]);

    private static JsonArray Namespaces(Datastore store, BackupNamespace ns) =>
        new([.. store.Namespaces(ns).Select(static found => (JsonNode)new JsonObject { ["ns"] = found.ToString() })]);

    private ApiReply List(ApiCall call, string path)
    {
        JsonArray list = [];
        foreach ((string id, JsonObject job) in state.Collections.Items(path))
        {
            JobSettings settings = new(job);
            string? store = settings.Text("store");
            bool isListed = path != JobKind.Sync || settings.IsListed(call);
            if (isListed && (call.Text("store") ?? store) == store && access.Sees(call.Caller, path, settings))
            {
                list.Add((JsonNode)Describe(path, id, job));
            }
        }

        return ApiReply.Of(list);
    }

    private JsonObject Describe(string path, string id, JsonObject job)
    {
        JsonObject entry = job.DeepClone().AsObject();
        entry["id"] = id;
        JobSettings settings = new(job);
        if (!settings.IsSet("disable") && settings.Text("schedule") is { } schedule && CalendarEvent.TryParse(schedule, out CalendarEvent? times)
            && times.Next(state.Now) is { } next)
        {
            entry["next-run"] = next.ToUnixTimeSeconds();
        }

        JobRuns.Describe(entry, _runs.GetValueOrDefault($"{path}/{id}"));
        return entry;
    }

    /// <summary>The job that is to be run.</summary>
    /// <exception cref="ApiFault">There is none, the caller may not run it, or it runs already.</exception>
    private JobSettings Find(ApiCall call, string path, string noun)
    {
        string id = call.PathValues["id"];
        JobSettings job = new(state.Collections.Find(path, id) ?? throw new ApiFault(400, $"no such {noun} '{id}'"));
        access.Demand(call.Caller, path, job);
        DemandIdle(path, call);
        return job;
    }

    private ApiReply Started(string path, ApiCall call, SimulatedTask task)
    {
        _runs[$"{path}/{call.PathValues["id"]}"] = task;
        return ApiReply.Of(task.Upid);
    }

    private void DemandIdle(string path, ApiCall call)
    {
        if (_runs.TryGetValue($"{path}/{call.PathValues["id"]}", out SimulatedTask? run) && run.IsRunning)
        {
            throw new ApiFault(400, "job already running");
        }
    }

    private ApiReply RunPrune(ApiCall call)
    {
        JobSettings job = Find(call, JobKind.Prune, "prune");
        Datastore store = state.GetDatastore(job.Text("store")!);
        BackupNamespace ns = job.Namespace("ns");
        PruneScope scope = new(ns, (int?)job.Number("max-depth"), job.Number, IsDryRun: false);
        return Started(JobKind.Prune, call, maintenance.StartPruning(store, "prunejob", ns.IsRoot ? store.Name : $"{store.Name}:{ns}", call.Caller.AuthId, scope));
    }

    private ApiReply RunVerification(ApiCall call)
    {
        JobSettings job = Find(call, JobKind.Verify, "verification");
        Datastore store = state.GetDatastore(job.Text("store")!);
        Func<BackupManifest, bool> isSkipped = maintenance.Skips(job.Text("ignore-verified") is not ("0" or "false"), job.Number("outdated-after"));
        string id = $"{store.Name}:{call.PathValues["id"]}";
        int depth = (int)(job.Number("max-depth") ?? MaximumDepth);
        SimulatedTask task = maintenance.StartVerification(store, "verificationjob", id, call.Caller.AuthId, job.Namespace("ns"), depth, isSkipped);
        return Started(JobKind.Verify, call, task);
    }

    private ApiReply RunSync(ApiCall call)
    {
        JobSettings job = Find(call, JobKind.Sync, "sync");
        string id = call.PathValues["id"];
        string worker = $"{job.Text("remote") ?? "-"}:{job.Text("remote-store")}:{job.Text("store")}:{job.Text("ns")}:{id}";
        return Started(JobKind.Sync, call, StartSync(job, "syncjob", worker, $"Starting datastore sync job '{worker}'", call.Caller.AuthId));
    }

    private ApiReply Pull(ApiCall call)
    {
        JobSettings job = new(JobSettings.Of(call));
        string from = job.Text("remote") is { } remote ? $"{remote}/{job.Text("remote-store")}" : call.Required("remote-store");
        return StartCopy(call, job, $"pull datastore '{job.Text("store")}' from '{from}'");
    }

    private ApiReply Push(ApiCall call)
    {
        JsonObject settings = JobSettings.Of(call);
        settings[JobSettings.Direction] = JobSettings.PushDirection;
        string to = $"{call.Required("remote")}/{call.Required("remote-store")}";
        return StartCopy(call, new JobSettings(settings), $"push datastore '{call.Text("store")}' to '{to}'");
    }

    private ApiReply StartCopy(ApiCall call, JobSettings job, string firstLine)
    {
        access.DemandCopy(call.Caller, job);
        job.DemandFilters();
        return ApiReply.Of(StartSync(job, "sync", call.Required("store"), firstLine, call.Caller.AuthId, owner: call.Caller.AuthId).Upid);
    }

    private SimulatedTask StartSync(JobSettings job, string type, string worker, string firstLine, string caller, string? owner = null)
    {
        Datastore own = state.GetDatastore(job.Text("store")!);
        string other = $"{(job.Text("remote") is { } remote ? remote + "/" : "")}{job.Text("remote-store")}";
        return state.Tasks.Start(new TaskRequest(state.NodeName, type, worker, caller)
        {
            Effort = 3,
            Lines = [firstLine, job.IsPush ? $"sync datastore '{own.Name}' to '{other}'" : $"sync datastore '{own.Name}' from '{other}'"],
            Work = task =>
            {
                Sync(job, own, owner ?? job.Text("owner") ?? "root@pam", task);
                task.Write($"sync job '{worker}' end");
            },
        });
    }

    private void Sync(JobSettings job, Datastore own, string owner, SimulatedTask task)
    {
        string name = job.Text("remote-store")!;
        if (job.Text("remote") is { } remote)
        {
            RemoteServers.Use(state, remote, other =>
            {
                Copy(other.GetDatastore(name), job, own, owner, task);
                return true;
            });
        }
        else
        {
            Copy(state.GetDatastore(name), job, own, owner, task);
        }
    }

    // What is pushed belongs to the user that the remote is entered with.
    private void Copy(Datastore other, JobSettings job, Datastore own, string owner, SimulatedTask task)
    {
        bool isPush = job.IsPush;
        (Datastore source, Datastore target) = isPush ? (own, other) : (other, own);
        string? login = isPush && job.Text("remote") is { } remote && state.Collections.Find("/config/remote", remote) is { } config
            ? new JobSettings(config).Text("auth-id")
            : null;
        new SyncRun(source, target, task, task.DueAt)
        {
            From = job.Namespace(isPush ? "ns" : "remote-ns"),
            To = job.Namespace(isPush ? "remote-ns" : "ns"),
            Depth = (int)(job.Number("max-depth") ?? MaximumDepth),
            Owner = login ?? owner,
            RemovesVanished = job.IsSet("remove-vanished"),
            TransferLast = job.Number("transfer-last"),
            Groups = job.Includes,
            Includes = key => IsWanted(source, key, job),
        }.Run();
    }

    private static bool IsWanted(Datastore source, SnapshotKey key, JobSettings job)
    {
        BackupManifest? manifest = source.Manifest(key);
        return manifest is not null
            && (!job.IsSet("encrypted-only") || manifest.Files.All(static file => file.CryptMode == CryptMode.Encrypt))
            && (!job.IsSet("verified-only") || Datastore.Verification(manifest) is { State: "ok" });
    }

    private ApiReply ScanRemote(ApiCall call) => ApiReply.Of(RemoteServers.Use(state, call.PathValues["name"], static remote =>
        new JsonArray([.. remote.Datastores.Keys
            .Select(name => (JsonNode)new JsonObject { ["store"] = name, ["comment"] = remote.Collections.Find(PbsState.DatastoreConfig, name)?["comment"]?.DeepClone() })])));

    private JsonArray Scan(ApiCall call, Func<Datastore, BackupNamespace, JsonArray> look) => RemoteServers.Use(
        state, call.PathValues["name"], remote => look(remote.GetDatastore(call.PathValues["store"]), DatastoreAccess.Namespace(call, "namespace")));
}
