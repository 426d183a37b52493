using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Garbage collection, verification and pruning.</summary>
internal sealed class MaintenanceHandlers(PbsState state)
{
    private const long SecondsPerDay = 86_400;

    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get($"{Store}/gc", call => ApiReply.Of(Status(state.GetDatastore(call.PathValues["store"]))));
        table.Get("/admin/gc", call => ApiReply.List(DatastoreAccess.Visible(state, call).Select(static store => Status(store))));
        table.Get("/admin/gc/{store}", call => ApiReply.List(
            DatastoreAccess.Visible(state, call).Where(store => store.Name == call.PathValues["store"]).Select(static store => Status(store))));
        table.Post($"{Store}/gc", Collect);
        table.Post($"{Store}/prune", Prune);
        table.Post($"{Store}/prune-datastore", PruneAll);
        table.Post($"{Store}/verify", Verify);
    }

    /// <summary>What the last garbage collection counted.</summary>
    public static JsonObject Status(Datastore store)
    {
        CollectionStatus? last = store.LastCollection;
        JsonObject data = new()
        {
            ["store"] = store.Name,
            ["upid"] = last?.Upid,
            ["disk-bytes"] = last?.DiskBytes ?? 0,
            ["disk-chunks"] = last?.DiskChunks ?? 0,
            ["index-data-bytes"] = last?.IndexBytes ?? 0,
            ["index-file-count"] = last?.IndexFiles ?? 0,
            ["pending-bytes"] = last?.PendingBytes ?? 0,
            ["pending-chunks"] = last?.PendingChunks ?? 0,
            ["removed-bad"] = last?.RemovedBad ?? 0,
            ["removed-bytes"] = last?.RemovedBytes ?? 0,
            ["removed-chunks"] = last?.RemovedChunks ?? 0,
            ["still-bad"] = last?.StillBad ?? 0,
        };
        if (last?.Ended is { } ended)
        {
            data["last-run-state"] = last.State;
            data["last-run-endtime"] = ended.ToUnixTimeSeconds();
            data["duration"] = (long)(ended - last.Started).TotalSeconds;
        }

        return data;
    }

    /// <summary>Starts a collection of garbage.</summary>
    public SimulatedTask StartCollection(Datastore store, string owner) => state.Tasks.Start(new TaskRequest(state.NodeName, "garbage_collection", store.Name, owner)
    {
        Effort = 3,
        Lines = GarbageCollector.MarkLines(store),
        Work = task => new GarbageCollector(store, task, task.DueAt).Run(),
    });

    /// <summary>Starts a verification of the groups of a namespace and those below it.</summary>
    public SimulatedTask StartVerification(
        Datastore store, string type, string id, string owner, BackupNamespace ns, int depth, Func<BackupManifest, bool> isSkipped) =>
        state.Tasks.Start(new TaskRequest(state.NodeName, type, id, owner)
        {
            Effort = 3,
            Lines = [$"verify datastore {store.Name}"],
            Work = task => new Verifier(store, task) { IsSkipped = isSkipped }.Groups(
                [.. store.Namespaces(ns, depth).SelectMany(store.Groups).Where(static group => group is not { Type: "host", Id: "benchmark" })
                    .OrderBy(static group => group.Folder, StringComparer.Ordinal)]),
        });

    /// <summary>Starts to prune the groups of a namespace and those below it.</summary>
    public SimulatedTask StartPruning(Datastore store, string type, string id, string owner, PruneScope scope)
    {
        string where = scope.Namespace.IsRoot ? "root namespace" : $"namespace '{scope.Namespace}'";
        string depth = scope.Depth is { } levels ? string.Create(CultureInfo.InvariantCulture, $"down {levels} levels") : "down to full depth";
        List<string> lines = [$"Starting datastore prune on datastore '{store.Name}', {where}, {depth}"];
        if (scope.IsDryRun)
        {
            lines.Add("(dry test run)");
        }

        lines.Add(Pruner.RulesLine(scope.Keep));
        return state.Tasks.Start(new TaskRequest(state.NodeName, type, id, owner) { Effort = 2, Lines = lines, Work = task => Prune(store, task, scope, state.Zone) });
    }

    private static void Prune(Datastore store, SimulatedTask task, PruneScope scope, TimeZoneInfo zone)
    {
        foreach (GroupKey group in store.Namespaces(scope.Namespace, scope.Depth ?? 7).SelectMany(store.Groups).Where(scope.Includes))
        {
            task.Write($"Pruning group {group.Namespace}:\"{group.Group}\"");
            IReadOnlyList<Pruner.Verdict> verdicts = Pruner.Judge(store, group, scope.Keep, zone);
            foreach (Pruner.Verdict verdict in verdicts)
            {
                task.Write((scope.IsDryRun ? "would " : "") + verdict.Line);
            }

            if (!scope.IsDryRun)
            {
                Pruner.Sweep(store, verdicts, task.Warn);
            }
        }
    }

    private ApiReply Collect(ApiCall call)
    {
        Datastore store = state.GetDatastore(call.PathValues["store"]);
        state.DemandOperation(store, isWrite: true);
        if (state.Tasks.All.Any(task => task.IsRunning && task.Type == "garbage_collection" && task.Id == store.Name))
        {
            throw new ApiFault(400, $"starting garbage collection on store {store.Name} failed - garbage collector already running");
        }

        return ApiReply.Of(StartCollection(store, call.Caller.AuthId).Upid);
    }

    private ApiReply Prune(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Modify", "Datastore.Prune", isWrite: true);
        GroupKey group = DatastoreAccess.Group(call);
        DatastoreAccess.DemandOwner(store, group, call.Caller, ownOnly);
        IReadOnlyList<Pruner.Verdict> verdicts = Pruner.Judge(store, group, call.Integer, state.Zone);
        JsonArray list = [];
        foreach (Pruner.Verdict verdict in verdicts)
        {
            // Proxmox: this list has its members in the order of the alphabet.
            JsonObject entry = new()
            {
                ["backup-id"] = group.Id,
                ["backup-time"] = verdict.Key.Time,
                ["backup-type"] = group.Type,
                ["keep"] = verdict.IsKept,
            };
            if (!group.Namespace.IsRoot)
            {
                entry["ns"] = group.Namespace.ToString();
            }

            entry["protected"] = verdict.IsProtected;
            list.Add((JsonNode)entry);
        }

        if (call.IsSet("dry-run"))
        {
            return ApiReply.Of(list);
        }

        if (call.IsSet("use-task"))
        {
            return ApiReply.Of(state.Tasks.Start(PruneTask(store, group, verdicts, call)).Upid);
        }

        // Proxmox: a log of the removal is kept as a task of its own.
        state.Tasks.FinishNow(state.Tasks.Start(PruneTask(store, group, verdicts, call)));
        return ApiReply.Of(list);
    }

    private TaskRequest PruneTask(Datastore store, GroupKey group, IReadOnlyList<Pruner.Verdict> verdicts, ApiCall call)
    {
        string where = group.Namespace.IsRoot ? "root namespace" : $"namespace '{group.Namespace}'";
        return new TaskRequest(state.NodeName, "prune", $"{store.Name}:{group.Folder}", call.Caller.AuthId)
        {
            Lines = [Pruner.RulesLine(call.Integer), $"Starting prune on datastore '{store.Name}', {where} group \"{group.Group}\""],
            Work = task =>
            {
                foreach (Pruner.Verdict verdict in verdicts)
                {
                    task.Write(verdict.Line);
                }

                Pruner.Sweep(store, verdicts, task.Warn);
            },
        };
    }

    private ApiReply PruneAll(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Modify", "Datastore.Prune", isWrite: true);
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        PruneScope scope = new(ns, (int?)call.Integer("max-depth"), call.Integer, call.IsSet("dry-run"))
        {
            Includes = group => !ownOnly || DatastoreAccess.Owns(call.Caller, store, group),
        };
        return ApiReply.Of(StartPruning(store, "prune", $"{store.Name}:{ns}", call.Caller.AuthId, scope).Upid);
    }

    private ApiReply Verify(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Verify", "Datastore.Backup", isWrite: true);
        bool ignores = call.Flag("ignore-verified") ?? true;
        Func<BackupManifest, bool> isSkipped = Skips(ignores, call.Integer("outdated-after"));
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        if (!call.Has("backup-id"))
        {
            string id = ns.IsRoot ? store.Name : $"{store.Name}:{ns}";
            return ApiReply.Of(StartVerification(store, "verify", id, call.Caller.AuthId, ns, (int)(call.Integer("max-depth") ?? 7), isSkipped).Upid);
        }

        GroupKey group = DatastoreAccess.Group(call);
        DatastoreAccess.DemandOwner(store, group, call.Caller, ownOnly);
        if (!call.Has("backup-time"))
        {
            return Start("verify_group", $"{store.Name}:{ns}/{group.Group}", task => new Verifier(store, task) { IsSkipped = isSkipped }.Group(group));
        }

        SnapshotKey key = DatastoreAccess.Snapshot(call);
        string name = string.Create(CultureInfo.InvariantCulture, $"{store.Name}:{ns}/{group.Group}/{key.Time:X8}");
        return Start("verify_snapshot", name, task => new Verifier(store, task) { IsSkipped = isSkipped }.Snapshot(key));

        ApiReply Start(string type, string id, Action<SimulatedTask> work) =>
            ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, type, id, call.Caller.AuthId) { Effort = 3, Work = work }).Upid);
    }

    /// <summary>Tells which snapshots a verification leaves out.</summary>
    /// <param name="ignoresVerified">True to leave out what was verified.</param>
    /// <param name="outdatedAfter">After how many days a verification counts no more; null if it always counts.</param>
    public Func<BackupManifest, bool> Skips(bool ignoresVerified, long? outdatedAfter) => manifest =>
        ignoresVerified && Datastore.Verification(manifest) is { } last
        && (outdatedAfter is not { } days || FullDays(state.Now - last.Started) <= days);

    // Proxmox: whole days count, from the start of the task that the manifest names, whoever ran it.
    private static long FullDays(TimeSpan age) => (long)age.TotalSeconds / SecondsPerDay;
}
