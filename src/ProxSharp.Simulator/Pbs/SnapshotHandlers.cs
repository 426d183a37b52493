using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Groups and snapshots: lists, notes, protection, owners, removal.</summary>
internal sealed class SnapshotHandlers(PbsState state)
{
    private const string Audit = "Datastore.Audit";
    private const string Backup = "Datastore.Backup";
    private const string Modify = "Datastore.Modify";
    private const string Prune = "Datastore.Prune";

    public void Register(HandlerTable table)
    {
        const string Store = "/admin/datastore/{store}";
        table.Get($"{Store}/groups", ListGroups);
        table.Delete($"{Store}/groups", DeleteGroup);
        table.Get($"{Store}/group-notes", call => ApiReply.Of(OfGroup(call, Audit, isWrite: false, static (store, group) => store.GroupNotes(group) ?? "")));
        table.Put($"{Store}/group-notes", SetGroupNotes);
        table.Get($"{Store}/snapshots", List);
        table.Delete($"{Store}/snapshots", Delete);
        table.Get($"{Store}/files", call => ApiReply.Of(Of(call, Audit, Backup, isWrite: false, static (store, key) => Files(store, key))));
        table.Get($"{Store}/notes", call => ApiReply.Of(Of(call, Audit, Backup, isWrite: false, static (store, key) => store.DemandManifest(key).Notes ?? "")));
        table.Put($"{Store}/notes", SetNotes);
        table.Get($"{Store}/protected", call => ApiReply.Of(JsonValue.Create(Of(call, Audit, Backup, isWrite: false, static (store, key) => store.IsProtected(key)))));
        table.Put($"{Store}/protected", SetProtected);
        table.Post($"{Store}/change-owner", ChangeOwner);
    }

    private static JsonArray Files(Datastore store, SnapshotKey key) => SnapshotView.Files(store, key, store.DemandManifest(key), out _);

    private static ApiFault Missing() => new(400, "ENOENT: No such file or directory");

    private T Of<T>(ApiCall call, string full, string? own, bool isWrite, Func<Datastore, SnapshotKey, T> use)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, full, own, isWrite);
        SnapshotKey key = DatastoreAccess.Snapshot(call);
        DatastoreAccess.DemandOwner(store, key.Group, call.Caller, ownOnly);
        return store.Exists(key) ? use(store, key) : throw Missing();
    }

    private T OfGroup<T>(ApiCall call, string full, bool isWrite, Func<Datastore, GroupKey, T> use)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, full, Backup, isWrite);
        GroupKey group = DatastoreAccess.Group(call);
        DatastoreAccess.DemandOwner(store, group, call.Caller, ownOnly);
        return use(store, group);
    }

    private ApiReply ListGroups(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, Audit, Backup, isWrite: false);
        JsonArray list = [];
        foreach (GroupKey group in store.Groups(DatastoreAccess.Namespace(call)).Where(group => !ownOnly || DatastoreAccess.Owns(call.Caller, store, group)))
        {
            if (SnapshotView.Group(store, group) is { } entry)
            {
                list.Add((JsonNode)entry);
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply List(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, Audit, Backup, isWrite: false);
        IEnumerable<GroupKey> groups = store.Groups(DatastoreAccess.Namespace(call))
            .Where(group => (call.Text("backup-type") ?? group.Type) == group.Type && (call.Text("backup-id") ?? group.Id) == group.Id)
            .Where(group => !ownOnly || DatastoreAccess.Owns(call.Caller, store, group));
        JsonArray list = [];
        foreach (SnapshotKey key in groups.SelectMany(store.Snapshots))
        {
            list.Add((JsonNode)SnapshotView.Snapshot(store, key));
        }

        // Proxmox: this list goes out while it is made.
        return new ApiReply { Data = list, IsStream = true };
    }

    private ApiReply Delete(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, Modify, Prune, isWrite: true);
        SnapshotKey key = DatastoreAccess.Snapshot(call);
        DatastoreAccess.DemandOwner(store, key.Group, call.Caller, ownOnly);
        GroupRemoval.Forget(store, key);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteGroup(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, Modify, Prune, isWrite: true);
        GroupKey group = DatastoreAccess.Group(call);
        DatastoreAccess.DemandOwner(store, group, call.Caller, ownOnly);
        if (!store.Files.HasFolder(group.Folder))
        {
            throw Missing();
        }

        (int removed, int kept) = GroupRemoval.Destroy(store, group);
        if (kept > 0 && call.Flag("error-on-protected") != false)
        {
            throw new ApiFault(400, "group only partially deleted due to protected snapshots");
        }

        return !state.IsModern
            ? ApiReply.Nothing
            : ApiReply.Of(new JsonObject { ["protected-snapshots"] = kept, ["removed-groups"] = kept == 0 ? 1 : 0, ["removed-snapshots"] = removed });
    }

    private ApiReply SetGroupNotes(ApiCall call) => OfGroup(call, Modify, isWrite: true, (store, group) =>
    {
        if (!store.Files.HasFolder(group.Folder))
        {
            throw Missing();
        }

        store.SetGroupNotes(group, call.Required("notes"));
        return ApiReply.Nothing;
    });

    private ApiReply SetNotes(ApiCall call) => Of(call, Modify, Backup, isWrite: true, (store, key) =>
    {
        store.DemandManifest(key);
        store.UpdateManifest(key, unprotected => unprotected["notes"] = call.Required("notes"));
        return ApiReply.Nothing;
    });

    private ApiReply SetProtected(ApiCall call) => Of(call, Modify, Backup, isWrite: true, (store, key) =>
    {
        store.SetProtected(key, call.IsSet("protected"));
        return ApiReply.Nothing;
    });

    private ApiReply ChangeOwner(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, Modify, Backup, isWrite: true);
        GroupKey group = DatastoreAccess.Group(call);
        string owner = call.Required("new-owner");
        if (store.Owner(group) is not { } before)
        {
            throw Missing();
        }

        if (ownOnly && !IsHandedOver(call.Caller.AuthId, before, owner))
        {
            throw new ApiFault(403,
                FormattableString.Invariant($"{call.Caller.AuthId} does not have permission to change owner of backup group '{group.Group}' from {before} to {owner}"));
        }

        if (!Exists(owner))
        {
            throw new ApiFault(400, $"{(owner.Contains('!', StringComparison.Ordinal) ? "API token" : "user")} '{owner}' is inactive or non-existent.");
        }

        store.SetOwner(group, owner);
        return ApiReply.Nothing;
    }

    // Proxmox: a user may hand over to its own tokens, and take back from them.
    private static bool IsHandedOver(string caller, string from, string to)
    {
        static string User(string authId) => authId.Split('!')[0];
        return User(from) == User(caller) && User(to) == User(caller);
    }

    private bool Exists(string authId)
    {
        string[] parts = authId.Split('!');
        return state.Directory.Users.TryGetValue(parts[0], out Access.AccessUser? user) && (parts.Length == 1 || user.Tokens.ContainsKey(parts[1]));
    }
}
