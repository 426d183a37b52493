using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Storage;

/// <summary>Which backups a retention setting keeps, as a preview and for good.</summary>
internal sealed class PruneHandlers(PveState state)
{
    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/storage/{storage}/prunebackups", Preview);
        table.Delete("/nodes/{node}/storage/{storage}/prunebackups", Prune);
    }

    private ApiReply Preview(ApiCall call)
    {
        JsonArray list = [];
        foreach ((Volume volume, string mark) in Marks(call))
        {
            JsonObject entry = new() { ["volid"] = volume.Id, ["ctime"] = volume.Created, ["mark"] = mark, ["type"] = PruneMarks.TypeOf(volume) };
            if (volume.VmId is { } vmid)
            {
                entry["vmid"] = vmid;
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Prune(ApiCall call)
    {
        string storage = call.PathValues["storage"];
        List<(Volume Volume, string Mark)> marks = Marks(call);
        string path = $"/storage/{storage}";
        if (!state.Permissions.Has(call.Caller, path, "Datastore.AllocateSpace") && !state.Permissions.Has(call.Caller, path, "Datastore.Allocate"))
        {
            throw ApiFault.Forbidden($"{path}, Datastore.Allocate");
        }

        string id = call.Integer("vmid") is { } vmid ? string.Create(CultureInfo.InvariantCulture, $"{vmid}@{storage}") : storage;
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(call.PathValues["node"], "prunebackups", id, call.Caller.AuthId)
        {
            Work = task =>
            {
                foreach ((Volume volume, string mark) in marks)
                {
                    task.Write($"{mark} {volume.Id}");
                    if (mark == "remove")
                    {
                        state.Volumes.Remove(volume);
                    }
                }
            },
        }).Upid);
    }

    private List<(Volume Volume, string Mark)> Marks(ApiCall call)
    {
        StorageDefinition storage = state.GetStorage(call.PathValues["storage"]);
        if (!storage.Content.Contains("backup"))
        {
            throw ApiFault.Failed($"storage '{storage.Id}' does not support backups");
        }

        if (storage.IsDisabled)
        {
            throw ApiFault.Failed($"storage '{storage.Id}' is disabled");
        }

        string rule = call.Text("prune-backups") ?? storage.Options["prune-backups"]?.GetValue<string>() ?? "keep-all=1";
        return PruneMarks.Of(state, storage, call.PathValues["node"], rule, (int?)call.Integer("vmid"), call.Text("type"));
    }
}
