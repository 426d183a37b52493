using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Backups;

/// <summary>Backups of a node's guests, the defaults for them, and the configuration inside an archive.</summary>
internal sealed class BackupHandlers(PveState state)
{
    private readonly BackupStarter _starter = new(state);

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/vzdump", Start);
        table.Get("/nodes/{node}/vzdump/defaults", Defaults);
        table.Get("/nodes/{node}/vzdump/extractconfig", ExtractConfig);
    }

    private ApiReply Start(ApiCall call)
    {
        string node = call.PathValues["node"];
        BackupOrder order = BackupOrder.Of(call);
        order.Demand();
        if (order.IsSet("stop"))
        {
            foreach (SimulatedTask running in state.Tasks.All.Where(task => task is { IsRunning: true, Type: "vzdump" } && task.Node == node).ToArray())
            {
                state.Tasks.Abort(running);
            }

            if (order["vmid"] is null && order["pool"] is null && !order.IsSet("all"))
            {
                return ApiReply.Of("OK");
            }
        }

        StorageDefinition storage = state.GetStorage(order["storage"] ?? "local");
        Guest[] guests = _starter.GuestsOf(order, node);
        DemandRights(call, storage, guests);
        _starter.StorageOf(order);

        // Proxmox: where none of the named guests are there is nothing to do, and no task.
        return guests.Length == 0 && !order.IsSet("all")
            ? ApiReply.Of("OK")
            : ApiReply.Of(_starter.Start(order, node, storage, guests, call.Caller.AuthId, state.Now).Upid);
    }

    private void DemandRights(ApiCall call, StorageDefinition storage, Guest[] guests)
    {
        if (!state.Permissions.Has(call.Caller, $"/storage/{storage.Id}", "Datastore.AllocateSpace"))
        {
            throw ApiFault.Forbidden($"/storage/{storage.Id}, Datastore.AllocateSpace");
        }

        if (call.Has("prune-backups") && !state.Permissions.Has(call.Caller, $"/storage/{storage.Id}", "Datastore.Allocate"))
        {
            throw ApiFault.Forbidden($"/storage/{storage.Id}, Datastore.Allocate");
        }

        if (Array.Find(guests, guest => !state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), "VM.Backup")) is { } refused)
        {
            throw ApiFault.Forbidden($"{GuestContext.PathOf(refused.VmId)}, VM.Backup");
        }
    }

    private ApiReply Defaults(ApiCall call)
    {
        StorageDefinition? storage = call.Text("storage") is { } id ? state.GetStorage(id) : state.Storages.GetValueOrDefault("local");
        JsonObject defaults = new()
        {
            ["all"] = 0,
            ["bwlimit"] = 0,
            ["compress"] = "0",
            ["fleecing"] = new JsonObject { ["enabled"] = 0 },
            ["ionice"] = 7,
            ["lockwait"] = 180,
            ["mailnotification"] = "always",
            ["mode"] = "snapshot",
            ["notification-mode"] = "auto",
            ["performance"] = new JsonObject { ["max-workers"] = 16, ["pbs-entries-max"] = 1_048_576 },
            ["pigz"] = 0,
            ["prune-backups"] = storage?.Options["prune-backups"] is { } prune
                ? ApiCall.TextOf(prune)
                : state.Nodes.GetValueOrDefault(call.PathValues["node"])?.BackupRule ?? "keep-all=1",
            ["quiet"] = 0,
            ["remove"] = 1,
            ["stdexcludes"] = 1,
            ["stop"] = 0,
            ["stopwait"] = 10,
            ["zstd"] = 1,
        };
        if (storage is not null)
        {
            defaults["storage"] = storage.Id;
            if (storage.Options["path"] is { } path)
            {
                defaults["dumpdir"] = $"{ApiCall.TextOf(path)}/dump";
            }
        }

        return ApiReply.Of(defaults);
    }

    private ApiReply ExtractConfig(ApiCall call)
    {
        string id = call.Required("volume");
        Volume archive = state.Volumes.Find(id, call.PathValues["node"]) is { Content: "backup" } found ? found : throw ApiFault.Failed($"volume '{id}' does not exist");
        return ApiReply.Of(string.Concat((archive.SavedConfig ?? []).OrderBy(static option => option.Key, StringComparer.Ordinal).Select(static option => $"{option.Key}: {option.Value}\n")));
    }
}
