using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Moves groups and namespaces within a datastore.</summary>
internal sealed class MoveHandlers(PbsState state)
{
    private const int MaximumDepth = 7;

    public void Register(HandlerTable table)
    {
        table.Post("/admin/datastore/{store}/move-group", MoveGroup);
        table.Post("/admin/datastore/{store}/move-namespace", MoveNamespace);
    }

    private static string Name(BackupNamespace ns) => ns.IsRoot ? "root namespace" : $"namespace '{ns}'";

    private ApiReply MoveGroup(ApiCall call)
    {
        (Datastore store, bool ownOnly) = DatastoreAccess.Enter(state, call, "Datastore.Modify", "Datastore.Prune", isWrite: true);
        GroupKey group = DatastoreAccess.Group(call);
        BackupNamespace target = DatastoreAccess.Namespace(call, "target-ns");
        string place = DatastoreAccess.PathOf(store.Name, target);
        bool isAnyTarget = state.Permissions.Has(call.Caller, place, "Datastore.Modify");
        if (!isAnyTarget && !state.Permissions.Has(call.Caller, place, "Datastore.Backup"))
        {
            throw new ApiFault(403, "permission check failed");
        }

        DatastoreAccess.DemandNamespace(store, target);
        DatastoreAccess.DemandOwner(store, group, call.Caller, ownOnly || !isAnyTarget);
        GroupMove move = new(store, group, target) { Merges = call.Flag("merge-group") ?? true };
        move.Check();
        return Start(call, "move-group", $"{store.Name}:{group.Folder}", $"move group '{group.Group}' from {Name(group.Namespace)} to {Name(target)}", task =>
        {
            DatastoreAccess.DemandNamespace(store, target);
            task.Write(string.Create(CultureInfo.InvariantCulture, $"moved {move.Run()} snapshots"));
        });
    }

    private ApiReply MoveNamespace(ApiCall call)
    {
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        BackupNamespace target = DatastoreAccess.Namespace(call, "target-ns");
        if (ns.IsRoot)
        {
            throw new ApiFault(400, "Cannot move root namespace!");
        }

        Datastore store = NamespaceHandlers.Modify(state, call, NamespaceHandlers.ParentOf(ns));
        NamespaceHandlers.Modify(state, call, NamespaceHandlers.ParentOf(target));
        DatastoreAccess.DemandNamespace(store, ns);
        DatastoreAccess.DemandNamespace(store, NamespaceHandlers.ParentOf(target));
        if (target == ns || target.ToString().StartsWith(ns + "/", StringComparison.Ordinal))
        {
            throw new ApiFault(400, $"cannot move namespace '{ns}' into itself");
        }

        NamespaceMove move = new(store, ns, target, (int)(call.Integer("max-depth") ?? MaximumDepth))
        {
            Merges = call.Flag("merge-groups") ?? true,
            DeletesSource = call.Flag("delete-source") ?? true,
        };
        move.Check();
        return Start(call, "move-namespace", $"{store.Name}:{ns}", $"move {Name(ns)} to {Name(target)}", move.Run);
    }

    private ApiReply Start(ApiCall call, string type, string id, string line, Action<SimulatedTask> work) =>
        ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, type, id, call.Caller.AuthId) { Lines = [line], Work = work }).Upid);
}
