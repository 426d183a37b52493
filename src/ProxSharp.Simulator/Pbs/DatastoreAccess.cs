using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Reads what a call is about: namespace, group, snapshot; and decides who may do it.</summary>
internal static class DatastoreAccess
{
    public static BackupNamespace Namespace(ApiCall call, string parameter = "ns") =>
        BackupNamespace.TryParse(call.Text(parameter) ?? "", out BackupNamespace ns) ? ns
            : throw ApiFault.Parameter(parameter, "value does not match the regex pattern");

    public static GroupKey Group(ApiCall call) =>
        BackupGroupPath.TryParse($"{call.Required("backup-type")}/{call.Required("backup-id")}", out BackupGroupPath group)
            ? new GroupKey(Namespace(call), group)
            : throw ApiFault.Parameter("backup-id", "value does not match the regex pattern");

    public static SnapshotKey Snapshot(ApiCall call)
    {
        GroupKey group = Group(call);
        long time = call.Integer("backup-time") ?? 0;
        return time > 0 && time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new SnapshotKey(group.Namespace, new BackupSnapshotPath(group.Group, DateTimeOffset.FromUnixTimeSeconds(time)))
            : throw new ApiFault(400, "unable to convert epoch to a date");
    }

    public static void DemandNamespace(Datastore store, BackupNamespace ns)
    {
        if (!store.HasNamespace(ns))
        {
            throw new ApiFault(404, "namespace not found");
        }
    }

    /// <summary>The path that privileges are looked up on.</summary>
    public static string PathOf(string store, BackupNamespace ns) => ns.IsRoot ? $"/datastore/{store}" : $"/datastore/{store}/{ns}";

    /// <summary>True if something belongs to the caller: to itself, or to one of its tokens.</summary>
    public static bool Owns(Principal caller, string owner) => owner == caller.AuthId || owner.StartsWith(caller.AuthId + "!", StringComparison.Ordinal);

    /// <summary>True if a group belongs to the caller; one without an owner belongs to nobody.</summary>
    public static bool Owns(Principal caller, Datastore store, GroupKey group) => store.Owner(group) is { } owner && Owns(caller, owner);

    /// <summary>The datastores that a caller may see as a whole.</summary>
    public static IEnumerable<Datastore> Visible(PbsState state, ApiCall call) =>
        state.Datastores.Values.Where(store => Sees(state, call.Caller, store));

    /// <summary>True if a caller may see a datastore as a whole.</summary>
    public static bool Sees(PbsState state, Principal caller, Datastore store) =>
        state.Permissions.HasAny(caller, PathOf(store.Name, BackupNamespace.Root), "Datastore.Audit", "Datastore.Backup");

    /// <summary>True if a caller may see a namespace: any right there will do.</summary>
    public static bool SeesNamespace(PbsState state, Principal caller, string store, BackupNamespace ns) =>
        state.Permissions.HasAny(caller, PathOf(store, ns), "Datastore.Audit", "Datastore.Backup", "Datastore.Modify", "Datastore.Read");

    /// <summary>True if a caller may see any namespace of a datastore, the root included.</summary>
    public static bool SeesNamespaceOf(PbsState state, Principal caller, Datastore store) =>
        store.Namespaces(BackupNamespace.Root).Any(ns => SeesNamespace(state, caller, store.Name, ns));

    /// <summary>Enters a datastore for what one of the privileges allows.</summary>
    /// <param name="state">The server.</param>
    /// <param name="call">The call; its <c>store</c> and <c>ns</c> say where.</param>
    /// <param name="full">The privilege to do it with everything.</param>
    /// <param name="own">The privilege to do it with what the caller owns; null if there is none.</param>
    /// <param name="isWrite">True if something is changed.</param>
    /// <returns>The datastore, and whether only what the caller owns counts.</returns>
    /// <exception cref="ApiFault">The caller may not, or there is no such place.</exception>
    public static (Datastore Store, bool OwnOnly) Enter(PbsState state, ApiCall call, string full, string? own, bool isWrite)
    {
        BackupNamespace ns = Namespace(call);
        string name = call.PathValues["store"];
        string path = PathOf(name, ns);
        bool ownOnly = !state.Permissions.Has(call.Caller, path, full);
        if (ownOnly && (own is null || !state.Permissions.Has(call.Caller, path, own)))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        state.DemandOperation(store, isWrite);
        DemandNamespace(store, ns);
        return (store, ownOnly);
    }

    /// <summary>Fails if only what is the caller's own counts and the group is not.</summary>
    public static void DemandOwner(Datastore store, GroupKey group, Principal caller, bool ownOnly)
    {
        if (ownOnly && store.Owner(group) is { } owner && !Owns(caller, owner))
        {
            throw new ApiFault(400, $"backup owner check failed ({caller.AuthId} != {owner})");
        }
    }
}
