using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;

namespace ProxSharp.Simulator.State;

/// <summary>Resource pools, by the path and by the query form of their endpoints.</summary>
internal sealed class PoolHandlers(PveState state)
{
    private readonly GuestFigures _figures = new(state);

    public void Register(HandlerTable table)
    {
        table.Get("/pools", List);
        table.Post("/pools", Create);
        table.Put("/pools", Update);
        table.Delete("/pools", Delete);
        table.Get("/pools/{poolid}", call => ApiReply.Of(Describe(Demand(call, ""), call)));
        table.Put("/pools/{poolid}", Update);
        table.Delete("/pools/{poolid}", Delete);
    }

    private ApiReply List(ApiCall call)
    {
        if (call.Has("poolid"))
        {
            return ApiReply.Of(new JsonArray(Describe(Demand(call, ""), call)));
        }

        JsonArray list = [];
        foreach (ResourcePool pool in state.Pools.Values.Where(pool => state.Permissions.HasAny(call.Caller, $"/pool/{pool.Id}", "Pool.Audit", "Pool.Allocate")))
        {
            JsonObject entry = new() { ["poolid"] = pool.Id };
            if (pool.Comment is { } comment)
            {
                entry["comment"] = comment;
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private JsonObject Describe(ResourcePool pool, ApiCall call)
    {
        string? type = call.Text("type");
        JsonArray members = [];
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.Pool == pool.Id && (type is null || type == guest.TypeName)))
        {
            members.Add((JsonNode)_figures.Member(guest));
        }

        foreach (string storage in pool.Storages.Where(_ => type is null or "storage"))
        {
            members.Add((JsonNode)new JsonObject
            {
                ["id"] = $"storage/{state.LocalNode}/{storage}",
                ["type"] = "storage",
                ["storage"] = storage,
                ["node"] = state.LocalNode,
                ["status"] = "available",
                ["disk"] = _figures.Used(state.Storages[storage], state.LocalNode),
                ["maxdisk"] = state.Storages[storage].Capacity,
                ["content"] = string.Join(',', state.Storages[storage].Content),
                ["plugintype"] = state.Storages[storage].Type,
                ["shared"] = state.Storages[storage].IsShared ? 1 : 0,
            });
        }

        JsonObject data = new() { ["poolid"] = pool.Id, ["members"] = members };
        if (pool.Comment is { } comment)
        {
            data["comment"] = comment;
        }

        return data;
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.Required("poolid");
        if (id.LastIndexOf('/') is int slash and > 0 && !state.Pools.ContainsKey(id[..slash]) && !state.Pools.ContainsKey(id))
        {
            throw ApiFault.Failed($"create pool failed: parent pool '{id[..slash]}' does not exist");
        }

        return state.Pools.TryAdd(id, new ResourcePool(id) { Comment = call.Text("comment") }) ? ApiReply.Nothing : throw ApiFault.Failed($"create pool failed: pool '{id}' already exists");
    }

    private ApiReply Update(ApiCall call)
    {
        ResourcePool pool = Demand(call, "update pools failed: ");
        pool.Comment = call.Text("comment") ?? pool.Comment;
        bool delete = call.IsSet("delete");
        foreach (string id in call.Items("vms"))
        {
            UpdateGuest(pool, id, delete, call.IsSet("allow-move"));
        }

        foreach (string storage in call.Items("storage"))
        {
            state.GetStorage(storage);
            if (delete ? !pool.Storages.Remove(storage) : !pool.Storages.Add(storage))
            {
                throw ApiFault.Failed($"update pools failed: Storage '{storage}' is {(delete ? "not" : "already")} a pool member");
            }
        }

        return ApiReply.Nothing;
    }

    private void UpdateGuest(ResourcePool pool, string id, bool delete, bool allowMove)
    {
        Guest guest = state.Guests.GetValueOrDefault(int.Parse(id, CultureInfo.InvariantCulture)) ?? throw ApiFault.Failed($"update pools failed: VM {id} does not exist");
        if (delete)
        {
            guest.Pool = guest.Pool == pool.Id ? null : throw ApiFault.Failed($"update pools failed: VM {id} is not a pool member");
            return;
        }

        if (guest.Pool == pool.Id)
        {
            throw ApiFault.Failed($"update pools failed: VM {id} is already a pool member");
        }

        if (guest.Pool is { } other && !allowMove)
        {
            throw ApiFault.Failed($"update pools failed: VM {id} belongs already to pool '{other}' and 'allow-move' is not set");
        }

        guest.Pool = pool.Id;
    }

    private ApiReply Delete(ApiCall call)
    {
        ResourcePool pool = Demand(call, "delete pool failed: ");
        string? held = state.Pools.Keys.FirstOrDefault(id => id.StartsWith(pool.Id + "/", StringComparison.Ordinal)) is { } inner
            ? $"pool '{inner}'"
            : state.Guests.Values.FirstOrDefault(guest => guest.Pool == pool.Id) is { } guest
            ? string.Create(CultureInfo.InvariantCulture, $"VM {guest.VmId}")
            : pool.Storages.FirstOrDefault() is { } storage ? $"storage '{storage}'" : null;
        if (held is not null)
        {
            throw ApiFault.Failed($"delete pool failed: pool '{pool.Id}' is not empty (contains {held})");
        }

        state.Pools.Remove(pool.Id);
        return ApiReply.Nothing;
    }

    private ResourcePool Demand(ApiCall call, string prefix)
    {
        string id = call.Required("poolid");
        return state.Pools.GetValueOrDefault(id) ?? throw ApiFault.Failed($"{prefix}pool '{id}' does not exist");
    }
}
