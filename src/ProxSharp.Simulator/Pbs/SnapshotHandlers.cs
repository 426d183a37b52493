using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Backup groups and snapshots: lists, notes, protection, owners, pruning, verification.</summary>
internal sealed class SnapshotHandlers(PbsState state)
{
    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get($"{Store}/groups", ListGroups);
        table.Delete($"{Store}/groups", DeleteGroup);
        table.Get($"{Store}/snapshots", List);
        table.Delete($"{Store}/snapshots", Delete);
        table.Get($"{Store}/files", call => ApiReply.Of(Files(Find(call))));
        table.Get($"{Store}/notes", call => ApiReply.Of(Find(call).Notes));
        table.Put($"{Store}/notes", call => Change(call, snapshot => snapshot.Notes = call.Required("notes")));
        table.Get($"{Store}/protected", call => ApiReply.Of(JsonValue.Create(Find(call).IsProtected)));
        table.Put($"{Store}/protected", call => Change(call, snapshot => snapshot.IsProtected = call.IsSet("protected")));
        table.Get($"{Store}/group-notes", call => ApiReply.Of(Demand(call).GroupNotes.GetValueOrDefault(GroupKey(call), "")));
        table.Put($"{Store}/group-notes", SetGroupNotes);
        table.Post($"{Store}/change-owner", ChangeOwner);
        table.Post($"{Store}/prune", Prune);
        table.Post($"{Store}/prune-datastore", PruneAll);
        table.Post($"{Store}/verify", Verify);
    }

    private static string GroupKey(ApiCall call) => $"{call.Text("ns") ?? ""}:{call.Required("backup-type")}/{call.Required("backup-id")}";

    private static JsonArray Files(Snapshot snapshot) =>
        new([.. snapshot.Files.Select(static file => (JsonNode)new JsonObject { ["filename"] = file.Name, ["crypt-mode"] = "none", ["size"] = file.Size })]);

    private Datastore Demand(ApiCall call)
    {
        string name = call.PathValues["store"];
        if (!state.Permissions.HasAny(call.Caller, $"/datastore/{name}", "Datastore.Audit", "Datastore.Backup", "Datastore.Read", "Datastore.Modify", "Datastore.Prune", "Datastore.Verify"))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        DatastoreHandlers.DemandNamespace(store, call.Text("ns") ?? "");
        return store;
    }

    private IEnumerable<Snapshot> Select(ApiCall call)
    {
        string ns = call.Text("ns") ?? "";
        return Demand(call).Snapshots.Where(snapshot => snapshot.Namespace == ns
            && (call.Text("backup-type") is not { } type || type == snapshot.Type)
            && (call.Text("backup-id") is not { } id || id == snapshot.Id)
            && (call.Integer("backup-time") is not { } time || time == snapshot.Time));
    }

    private Snapshot Find(ApiCall call) => Select(call).FirstOrDefault() ?? throw new ApiFault(400, "ENOENT: No such file or directory");

    private ApiReply Change(ApiCall call, Action<Snapshot> change)
    {
        change(Find(call));
        return ApiReply.Nothing;
    }

    private ApiReply ListGroups(ApiCall call)
    {
        JsonArray list = [];
        foreach (IGrouping<string, Snapshot> group in Select(call).GroupBy(static snapshot => snapshot.Group))
        {
            Snapshot last = group.MaxBy(static snapshot => snapshot.Time)!;
            JsonObject entry = new()
            {
                ["backup-type"] = last.Type,
                ["backup-id"] = last.Id,
                ["last-backup"] = last.Time,
                ["backup-count"] = group.Count(),
                ["owner"] = last.Owner,
                ["files"] = new JsonArray([.. last.Files.Select(static file => (JsonNode)JsonValue.Create(file.Name))]),
            };
            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (Snapshot snapshot in Select(call))
        {
            JsonObject entry = new()
            {
                ["backup-type"] = snapshot.Type,
                ["backup-id"] = snapshot.Id,
                ["backup-time"] = snapshot.Time,
                ["files"] = Files(snapshot),
                ["size"] = snapshot.Size,
                ["owner"] = snapshot.Owner,
                ["protected"] = snapshot.IsProtected,
            };
            if (snapshot.Notes.Length > 0)
            {
                entry["comment"] = snapshot.Notes.Split('\n')[0];
            }

            if (snapshot.Verification is { } verification)
            {
                entry["verification"] = new JsonObject { ["upid"] = verification.Upid, ["state"] = verification.State };
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Delete(ApiCall call)
    {
        Datastore store = Demand(call);
        Snapshot snapshot = Select(call).FirstOrDefault() ?? throw new ApiFault(400, string.Create(
            CultureInfo.InvariantCulture,
            $"unable to open snapshot directory \"/srv/{store.Name}/{call.Required("backup-type")}/{call.Required("backup-id")}/{DateTimeOffset.FromUnixTimeSeconds(call.Integer("backup-time") ?? 0):yyyy-MM-ddTHH:mm:ssZ}\" for locking - ENOENT: No such file or directory"));
        if (snapshot.IsProtected)
        {
            throw new ApiFault(400, "cannot remove protected snapshot");
        }

        store.Snapshots.Remove(snapshot);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteGroup(ApiCall call)
    {
        Datastore store = Demand(call);
        Snapshot[] found = [.. Select(call)];
        if (found.Length == 0)
        {
            throw new ApiFault(400, "ENOENT: No such file or directory");
        }

        int kept = found.Count(static snapshot => snapshot.IsProtected);
        if (kept > 0 && call.Flag("error-on-protected") != false)
        {
            throw new ApiFault(400, "group only partially deleted due to protected snapshots");
        }

        store.Snapshots.RemoveAll(snapshot => found.Contains(snapshot) && !snapshot.IsProtected);
        return ApiReply.Of(new JsonObject { ["protected-snapshots"] = kept, ["removed-groups"] = kept == 0 ? 1 : 0, ["removed-snapshots"] = found.Length - kept });
    }

    private ApiReply SetGroupNotes(ApiCall call)
    {
        Demand(call).GroupNotes[GroupKey(call)] = call.Required("notes");
        return ApiReply.Nothing;
    }

    private ApiReply ChangeOwner(ApiCall call)
    {
        string owner = call.Required("new-owner");
        Snapshot[] found = [.. Select(call)];
        if (found.Length == 0)
        {
            throw new ApiFault(400, "ENOENT: No such file or directory");
        }

        foreach (Snapshot snapshot in found)
        {
            snapshot.Owner = owner;
        }

        return ApiReply.Nothing;
    }

    private ApiReply Prune(ApiCall call)
    {
        Datastore store = Demand(call);
        Snapshot[] group = [.. Select(call).OrderBy(static snapshot => snapshot.Time)];
        HashSet<Snapshot> kept = Retention.Keep(group, call);
        JsonArray list = [];
        foreach (Snapshot snapshot in group)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["backup-type"] = snapshot.Type,
                ["backup-id"] = snapshot.Id,
                ["backup-time"] = snapshot.Time,
                ["keep"] = kept.Contains(snapshot) || snapshot.IsProtected,
                ["protected"] = snapshot.IsProtected,
            });
        }

        if (call.IsSet("use-task") && !call.IsSet("dry-run"))
        {
            return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "prune", $"{store.Name}:{group.FirstOrDefault()?.Group}", call.Caller.AuthId) { Work = _ => Sweep(store, group, kept) }).Upid);
        }

        if (!call.IsSet("dry-run"))
        {
            Sweep(store, group, kept);
        }

        return ApiReply.Of(list);
    }

    private static void Sweep(Datastore store, Snapshot[] group, HashSet<Snapshot> kept) =>
        store.Snapshots.RemoveAll(snapshot => group.Contains(snapshot) && !kept.Contains(snapshot) && !snapshot.IsProtected);

    private ApiReply PruneAll(ApiCall call)
    {
        Datastore store = Demand(call);
        string ns = call.Text("ns") ?? "";
        bool dryRun = call.IsSet("dry-run");
        Snapshot[][] groups = [.. store.Snapshots.Where(snapshot => snapshot.Namespace == ns || ns.Length == 0 || snapshot.Namespace.StartsWith(ns + "/", StringComparison.Ordinal))
            .GroupBy(static snapshot => snapshot.Namespace + snapshot.Group).Select(static group => group.OrderBy(static snapshot => snapshot.Time).ToArray())];
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, "prune", $"{store.Name}:{ns}", call.Caller.AuthId)
        {
            Effort = 2,
            Lines = [$"Starting datastore prune on datastore '{store.Name}', {(ns.Length == 0 ? "root namespace" : $"namespace '{ns}'")}, down to full depth", .. dryRun ? ["(dry test run)"] : Array.Empty<string>()],
            Work = task =>
            {
                foreach (Snapshot[] group in groups)
                {
                    HashSet<Snapshot> kept = Retention.Keep(group, call);
                    task.Write($"Pruning group {ns}:\"{group[0].Group}\"");
                    foreach (Snapshot snapshot in group)
                    {
                        task.Write($"{(kept.Contains(snapshot) || snapshot.IsProtected ? "keep" : dryRun ? "would remove" : "remove")} {snapshot.Path}");
                    }

                    if (!dryRun)
                    {
                        Sweep(store, group, kept);
                    }
                }
            },
        }).Upid);
    }

    private ApiReply Verify(ApiCall call)
    {
        Datastore store = Demand(call);
        Snapshot[] found = [.. call.Has("backup-id") || call.Has("ns") ? Select(call) : store.Snapshots];
        string type = call.Has("backup-time") ? "verify_snapshot" : call.Has("backup-id") ? "verify_group" : "verify";
        string id = type == "verify" ? store.Name
            : type == "verify_group" ? $"{store.Name}:{call.Text("ns")}/{call.Text("backup-type")}/{call.Text("backup-id")}"
            : string.Create(CultureInfo.InvariantCulture, $"{store.Name}:{call.Text("ns")}/{call.Text("backup-type")}/{call.Text("backup-id")}/{call.Integer("backup-time"):X8}");
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, type, id, call.Caller.AuthId)
        {
            Effort = 3,
            Lines = [.. found.SelectMany(snapshot => snapshot.Files.Select(static file => $"  check {file.Name}").Prepend($"verify {store.Name}:{snapshot.Path}"))],
            Work = task =>
            {
                foreach (Snapshot snapshot in found)
                {
                    snapshot.Verification = (task.Upid, "ok");
                }
            },
        }).Upid);
    }
}
