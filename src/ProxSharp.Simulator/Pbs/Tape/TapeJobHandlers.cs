using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Jobs;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Backups of datastores to tape, by hand and by job, and restores.</summary>
internal sealed class TapeJobHandlers(PbsState state)
{
    private const string Jobs = "/config/tape-backup-job";

    private readonly Dictionary<string, SimulatedTask> _runs = new(StringComparer.Ordinal);

    public void Register(HandlerTable table)
    {
        table.Get("/tape/backup", call => ApiReply.List(state.Collections.Items(Jobs)
            .Where(job => Sees(call, new JobSettings(job.Value))).Select(job => (JsonNode)Describe(job.Key, job.Value))));
        table.Post("/tape/backup", call => ApiReply.Of(Start(call, new JobSettings(JobSettings.Of(call)), "tape-backup", null).Upid));
        table.Post("/tape/backup/{id}", RunJob);
        table.Post("/tape/restore", Restore);
    }

    private JsonObject Describe(string id, JsonObject job)
    {
        JsonObject row = job.DeepClone().AsObject();
        row["id"] = id;
        JobRuns.Describe(row, _runs.GetValueOrDefault(id));
        return row;
    }

    private ApiReply RunJob(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject job = state.Collections.Find(Jobs, id) ?? throw new ApiFault(400, $"no such job '{id}'");
        if (_runs.TryGetValue(id, out SimulatedTask? run) && run.IsRunning)
        {
            throw new ApiFault(400, "job already running");
        }

        return ApiReply.Of((_runs[id] = Start(call, new JobSettings(job), "tape-backup-job", id)).Upid);
    }

    private bool Sees(ApiCall call, JobSettings job) => TapeAccess.SeesDevice(state, call, job.Text("drive") ?? "")
        && TapeAccess.SeesPool(state, call, job.Text("pool"))
        && state.Permissions.HasAny(call.Caller, $"/datastore/{job.Text("store")}", "Datastore.Audit");

    private SimulatedTask Start(ApiCall call, JobSettings job, string type, string? id)
    {
        (string pool, string drive) = (job.Text("pool")!, job.Text("drive")!);
        TapeAccess.Demand(state, call, $"/datastore/{job.Text("store")}", "Datastore.Read");
        TapeAccess.Demand(state, call, $"/tape/device/{drive}", "Tape.Write");
        TapeAccess.Demand(state, call, $"/tape/pool/{pool}", "Tape.Write");
        job.DemandFilters();
        Datastore store = state.GetDatastore(job.Text("store")!);
        _ = state.Tape.Drive(drive);
        if (state.Collections.Find(TapeState.PoolConfig, pool) is null)
        {
            throw new ApiFault(400, $"no such pool '{pool}'");
        }

        string worker = id is null ? $"{store.Name}:{pool}:{drive}" : $"{store.Name}:{pool}:{drive}:{id}";
        return state.Tasks.Start(new TaskRequest(state.NodeName, type, worker, call.Caller.AuthId)
        {
            Effort = 4,
            Lines = [id is null ? $"Starting tape backup of datastore '{store.Name}'" : $"Starting tape backup job '{worker}'", "update media online status"],
            Work = task => new TapeBackupRun(state.Tape, store, pool, drive, job, task).Run(),
        });
    }

    private ApiReply Restore(ApiCall call)
    {
        string uuid = call.Required("media-set");
        MediaSet set = state.Tape.Sets.FirstOrDefault(known => known.Uuid == uuid)
            ?? throw new ApiFault(400, $"media set {uuid} is incomplete (no such media set)");
        string drive = call.Required("drive");
        TapeAccess.Demand(state, call, $"/tape/device/{drive}", "Tape.Read");
        TapeAccess.Demand(state, call, $"/tape/pool/{set.Pool}", "Tape.Read");
        _ = state.Tape.Drive(drive);
        Dictionary<string, Datastore> targets = Targets(call.Required("store"));
        string owner = call.Text("owner") ?? call.Caller.AuthId;
        foreach (Datastore target in targets.Values)
        {
            TapeAccess.Demand(state, call, $"/datastore/{target.Name}", "Datastore.Backup");
            if (!DatastoreAccess.Owns(call.Caller, owner))
            {
                TapeAccess.Demand(state, call, $"/datastore/{target.Name}", "Datastore.Modify");
            }
        }

        HashSet<string> wanted = [.. call.Values("snapshots")];
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "tape-restore", targets.Values.First().Name, call.Caller.AuthId)
        {
            Effort = 4,
            Lines = [$"Mediaset '{set.Uuid}'", $"Pool: {set.Pool}"],
            Work = task => Restore(set, drive, targets, owner, wanted, task),
        }).Upid);
    }

    // A datastore for all, or SOURCE=TARGET, with one for the rest.
    private Dictionary<string, Datastore> Targets(string text)
    {
        Dictionary<string, Datastore> targets = new(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            string[] sides = part.Split('=', 2);
            targets[sides.Length == 2 ? sides[0] : ""] = state.GetDatastore(sides[^1]);
        }

        return targets;
    }

    private void Restore(MediaSet set, string drive, Dictionary<string, Datastore> targets, string owner, HashSet<string> wanted, SimulatedTask task)
    {
        foreach (Cartridge tape in set.Members)
        {
            state.Tape.Load(drive, other => other == tape, tape.Name!);
            task.Write($"Restore mediaset from media '{tape.Name}' in drive '{drive}'");
        }

        foreach (Datastore source in set.Stores)
        {
            if ((targets.GetValueOrDefault(source.Name) ?? targets.GetValueOrDefault("")) is not { } target)
            {
                task.Write($"skip source datastore '{source.Name}' - no mapping");
                continue;
            }

            bool IsWanted(SnapshotKey key) => wanted.Count == 0
                || wanted.Contains($"{source.Name}:{(key.Namespace.IsRoot ? "" : key.Namespace.StorePath + "/")}{key.Snapshot}");
            new SyncRun(source, target, task, task.DueAt) { Owner = owner, Includes = IsWanted }.Run();
        }

        task.Write("Restore mediaset done");
    }
}
