using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Lists, makes and removes namespaces.</summary>
internal sealed class NamespaceHandlers(PbsState state)
{
    private const int MaximumDepth = 7;

    public void Register(HandlerTable table)
    {
        const string Path = "/admin/datastore/{store}/namespace";
        table.Get(Path, List);
        table.Post(Path, Create);
        table.Delete(Path, Delete);
    }

    /// <summary>Enters a datastore to change what is in a namespace.</summary>
    /// <exception cref="ApiFault">The caller may not, there is no such datastore, or nothing may be changed in it.</exception>
    public static Datastore Modify(PbsState state, ApiCall call, BackupNamespace ns)
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

    /// <summary>The namespace that a namespace lies in; the root lies in itself.</summary>
    public static BackupNamespace ParentOf(BackupNamespace ns)
    {
        string name = ns.ToString();
        int slash = name.LastIndexOf('/');
        return slash < 0 ? BackupNamespace.Root : BackupNamespace.Parse(name[..slash], CultureInfo.InvariantCulture);
    }

    /// <summary>Removes a namespace and those below it where no snapshots are left, innermost first.</summary>
    /// <returns>True if all are gone.</returns>
    public static bool RemoveEmpty(Datastore store, BackupNamespace ns)
    {
        bool isGone = true;
        IReadOnlyList<BackupNamespace> there = store.Namespaces(ns);
        for (int at = there.Count - 1; at >= 0; at--)
        {
            BackupNamespace inner = there[at];
            if (store.Namespaces(inner).Count == 1 && !store.Groups(inner).SelectMany(store.Snapshots).Any())
            {
                store.Files.DeleteFolder(inner.StorePath);
            }
            else
            {
                isGone = false;
            }
        }

        return isGone;
    }

    private ApiReply List(ApiCall call)
    {
        string name = call.PathValues["store"];
        BackupNamespace parent = DatastoreAccess.Namespace(call, "parent");
        bool seesParent = DatastoreAccess.SeesNamespace(state, call.Caller, name, parent);
        if (!seesParent && !(state.Datastores.TryGetValue(name, out Datastore? known) && known.HasNamespace(parent)))
        {
            throw new ApiFault(403, "permission check failed");
        }

        Datastore store = state.GetDatastore(name);
        state.DemandOperation(store, isWrite: false);
        DatastoreAccess.DemandNamespace(store, parent);
        JsonArray list = [];
        foreach (BackupNamespace ns in store.Namespaces(parent, (int)(call.Integer("max-depth") ?? MaximumDepth)))
        {
            if (DatastoreAccess.SeesNamespace(state, call.Caller, name, ns))
            {
                list.Add((JsonNode)new JsonObject { ["ns"] = ns.ToString() });
            }
        }

        return seesParent || list.Count > 0 ? ApiReply.Of(list) : throw new ApiFault(403, "permission check failed");
    }

    private ApiReply Create(ApiCall call)
    {
        BackupNamespace parent = DatastoreAccess.Namespace(call, "parent");
        Datastore store = Modify(state, call, parent);
        DatastoreAccess.DemandNamespace(store, parent);
        string name = call.Required("name");
        BackupNamespace ns = BackupNamespace.TryParse(parent.IsRoot ? name : $"{parent}/{name}", out BackupNamespace made)
            ? made
            : throw new ApiFault(400, "namespace to deep, 8 > max 7");

        // Proxmox: making a namespace that exists succeeds.
        store.Files.MakeFolder(ns.StorePath);
        return ApiReply.Of(ns.ToString());
    }

    private ApiReply Delete(ApiCall call)
    {
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        if (ns.IsRoot)
        {
            throw new ApiFault(400, "Cannot create/delete root namespace!");
        }

        // Proxmox: who may change what a namespace lies in may remove it, with all that is in it.
        Datastore store = Modify(state, call, ParentOf(ns));
        DatastoreAccess.DemandNamespace(store, ns);
        bool deletesGroups = call.IsSet("delete-groups");
        int kept = !deletesGroups ? 0 : store.Namespaces(ns).SelectMany(store.Groups).ToArray().Sum(group => GroupRemoval.Destroy(store, group).Kept);
        if (RemoveEmpty(store, ns) && kept == 0)
        {
            return ApiReply.Nothing;
        }

        if (!deletesGroups)
        {
            throw new ApiFault(400, "only partially deleted due to existing groups but `delete-groups` not true");
        }

        return call.Flag("error-on-protected") != false
            ? throw new ApiFault(400, "group only partially deleted due to protected snapshots")
            : ApiReply.Nothing;
    }
}
