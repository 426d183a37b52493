using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>Lists sync, prune and verification jobs with their runs, and runs them; pulls from remotes and looks into them.</summary>
internal sealed class JobHandlers(PbsState state, MaintenanceHandlers maintenance)
{
    private const string SyncJobs = "/config/sync";
    private const string PruneJobs = "/config/prune";
    private const string VerifyJobs = "/config/verify";
    private const string Direction = "sync-direction";
    private const string PushDirection = "push";

    private readonly Dictionary<string, SimulatedTask> _runs = new(StringComparer.Ordinal);

    public void Register(HandlerTable table)
    {
        table.Get("/admin/sync", call => List(call, SyncJobs));
        table.Get("/admin/prune", call => List(call, PruneJobs));
        table.Get("/admin/verify", call => List(call, VerifyJobs));
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

    private static string? Text(JsonObject job, string name) => job[name] is { } value ? ApiCall.TextOf(value) : null;

    private static long? Number(JsonObject job, string name) =>
        long.TryParse(Text(job, name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static bool IsSet(JsonObject job, string name) => Text(job, name) is "1" or "true";

    private static BackupNamespace Namespace(JsonObject job, string name) => BackupNamespace.Parse(Text(job, name) ?? "", CultureInfo.InvariantCulture);

    private ApiReply List(ApiCall call, string path)
    {
        JsonArray list = [];
        foreach ((string id, JsonObject job) in state.Collections.Items(path))
        {
            string store = Text(job, "store") ?? "";
            if ((call.Text("store") ?? store) == store
                && state.Permissions.HasAny(call.Caller, $"/datastore/{store}", "Datastore.Audit", "Datastore.Verify", "Datastore.Backup"))
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
        if (!IsSet(job, "disable") && Text(job, "schedule") is { } schedule && CalendarEvent.TryParse(schedule, out CalendarEvent? times)
            && times.Next(state.Now) is { } next)
        {
            entry["next-run"] = next.ToUnixTimeSeconds();
        }

        JobRuns.Describe(entry, _runs.GetValueOrDefault($"{path}/{id}"));
        return entry;
    }

    private JsonObject Find(ApiCall call, string path, string noun)
    {
        string id = call.PathValues["id"];
        return state.Collections.Find(path, id) ?? throw new ApiFault(400, $"no such {noun} '{id}'");
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
        JsonObject job = Find(call, PruneJobs, "prune");
        DemandIdle(PruneJobs, call);
        Datastore store = state.GetDatastore(Text(job, "store")!);
        BackupNamespace ns = Namespace(job, "ns");
        PruneScope scope = new(ns, (int?)Number(job, "max-depth"), rule => Number(job, rule), IsDryRun: false);
        return Started(PruneJobs, call, maintenance.StartPruning(store, "prunejob", ns.IsRoot ? store.Name : $"{store.Name}:{ns}", call.Caller.AuthId, scope));
    }

    private ApiReply RunVerification(ApiCall call)
    {
        JsonObject job = Find(call, VerifyJobs, "verification");
        DemandIdle(VerifyJobs, call);
        Datastore store = state.GetDatastore(Text(job, "store")!);
        Func<BackupManifest, bool> isSkipped = maintenance.Skips(Text(job, "ignore-verified") is not ("0" or "false"), Number(job, "outdated-after"));
        string id = $"{store.Name}:{call.PathValues["id"]}";
        int depth = (int)(Number(job, "max-depth") ?? 7);
        SimulatedTask task = maintenance.StartVerification(store, "verificationjob", id, call.Caller.AuthId, Namespace(job, "ns"), depth, isSkipped);
        return Started(VerifyJobs, call, task);
    }

    private ApiReply RunSync(ApiCall call)
    {
        JsonObject job = Find(call, SyncJobs, "sync");
        DemandIdle(SyncJobs, call);
        string id = call.PathValues["id"];
        string worker = $"{Text(job, "remote") ?? "-"}:{Text(job, "remote-store")}:{Text(job, "store")}:{Text(job, "ns")}:{id}";
        return Started(SyncJobs, call, StartSync(job, "syncjob", worker, $"Starting datastore sync job '{worker}'", call.Caller.AuthId));
    }

    private ApiReply Pull(ApiCall call)
    {
        string from = call.Text("remote") is { } remote ? $"{remote}/{call.Text("remote-store")}" : call.Required("remote-store");
        return ApiReply.Of(StartSync(
            Settings(call), "sync", call.Required("store"), $"pull datastore '{call.Text("store")}' from '{from}'", call.Caller.AuthId).Upid);
    }

    private ApiReply Push(ApiCall call)
    {
        JsonObject job = Settings(call);
        job[Direction] = PushDirection;
        string to = $"{call.Required("remote")}/{call.Required("remote-store")}";
        return ApiReply.Of(StartSync(job, "sync", call.Required("store"), $"push datastore '{call.Text("store")}' to '{to}'", call.Caller.AuthId).Upid);
    }

    private static JsonObject Settings(ApiCall call)
    {
        JsonObject job = [];
        foreach ((string name, JsonNode value) in call.Parameters)
        {
            job[name] = value.DeepClone();
        }

        return job;
    }

    private SimulatedTask StartSync(JsonObject job, string type, string worker, string firstLine, string caller)
    {
        Datastore own = state.GetDatastore(Text(job, "store")!);
        string other = $"{(Text(job, "remote") is { } remote ? remote + "/" : "")}{Text(job, "remote-store")}";
        bool isPush = Text(job, Direction) == PushDirection;
        return state.Tasks.Start(new TaskRequest(state.NodeName, type, worker, caller)
        {
            Effort = 3,
            Lines = [firstLine, isPush ? $"sync datastore '{own.Name}' to '{other}'" : $"sync datastore '{own.Name}' from '{other}'"],
            Work = task =>
            {
                Sync(job, own, isPush, task);
                task.Write($"sync job '{worker}' end");
            },
        });
    }

    private void Sync(JsonObject job, Datastore own, bool isPush, SimulatedTask task)
    {
        string name = Text(job, "remote-store")!;
        if (Text(job, "remote") is { } remote)
        {
            RemoteServers.Use(state, remote, other =>
            {
                Copy(other.GetDatastore(name), job, own, isPush, task);
                return true;
            });
        }
        else
        {
            Copy(state.GetDatastore(name), job, own, isPush, task);
        }
    }

    // What is pushed belongs to the user that the remote is entered with.
    private void Copy(Datastore other, JsonObject job, Datastore own, bool isPush, SimulatedTask task)
    {
        JobSettings settings = new(job);
        (Datastore source, Datastore target) = isPush ? (own, other) : (other, own);
        string? login = isPush && Text(job, "remote") is { } remote && state.Collections.Find("/config/remote", remote) is { } config
            ? Text(config, "auth-id")
            : null;
        new SyncRun(source, target, task, task.DueAt)
        {
            From = Namespace(job, isPush ? "ns" : "remote-ns"),
            To = Namespace(job, isPush ? "remote-ns" : "ns"),
            Depth = (int)(Number(job, "max-depth") ?? 7),
            Owner = login ?? Text(job, "owner") ?? "root@pam",
            RemovesVanished = IsSet(job, "remove-vanished"),
            TransferLast = Number(job, "transfer-last"),
            Groups = settings.Includes,
            Includes = key => IsWanted(source, key, settings),
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
