using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Storage;

/// <summary>The configuration of storages and their state on a node.</summary>
internal sealed class StorageHandlers(PveState state)
{
    private static readonly Dictionary<string, string[]> s_required = new(StringComparer.Ordinal)
    {
        ["dir"] = ["path"],
        ["nfs"] = ["server", "export"],
        ["cifs"] = ["server", "share"],
        ["lvm"] = ["vgname"],
        ["lvmthin"] = ["vgname", "thinpool"],
        ["zfspool"] = ["pool"],
        ["pbs"] = ["server", "datastore"],
        ["iscsi"] = ["portal", "target"],
        ["btrfs"] = ["path"],
    };

    private static readonly HashSet<string> s_notOptions = new(StringComparer.Ordinal)
        { "storage", "type", "content", "nodes", "disable", "shared", "delete", "digest", "password", "encryption-key" };

    private readonly GuestFigures _figures = new(state);

    public void Register(HandlerTable table)
    {
        table.Get("/storage", List);
        table.Post("/storage", Create);
        table.Get("/storage/{storage}", call => ApiReply.Of(Describe(state.GetStorage(call.PathValues["storage"]))));
        table.Put("/storage/{storage}", Update);
        table.Delete("/storage/{storage}", Delete);
        table.Get("/nodes/{node}/storage", ListOnNode);
        table.Get("/nodes/{node}/storage/{storage}/status", Status);
    }

    private JsonObject Describe(StorageDefinition storage)
    {
        JsonObject data = storage.Options.DeepClone().AsObject();
        data["storage"] = storage.Id;
        data["type"] = storage.Type;
        data["content"] = string.Join(',', storage.Content);
        if (storage.IsShared)
        {
            data["shared"] = 1;
        }

        if (storage.IsDisabled)
        {
            data["disable"] = 1;
        }

        if (storage.Nodes.Count > 0)
        {
            data["nodes"] = string.Join(',', storage.Nodes);
        }

        data["digest"] = Digest();
        return data;
    }

    private string Digest()
    {
        JsonArray all = [.. state.Storages.Values
            .Select(static storage => (JsonNode)JsonValue.Create($"{storage.Id} {storage.IsDisabled} {string.Join(',', storage.Content)} {storage.Options.ToJsonString()}"))];
#pragma warning disable CA5350 // The server's digests are SHA-1; nothing is protected by them.
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(PveFormat.Serialize(all)));
#pragma warning restore CA5350
    }

    private bool MaySee(ApiCall call, StorageDefinition storage) =>
        state.Permissions.HasAny(call.Caller, $"/storage/{storage.Id}", "Datastore.Audit", "Datastore.AllocateSpace");

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (StorageDefinition storage in state.Storages.Values
            .Where(storage => MaySee(call, storage) && (call.Text("type") is not { } type || type == storage.Type)))
        {
            list.Add((JsonNode)Describe(storage));
        }

        return ApiReply.Of(list);
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.Required("storage");
        string type = call.Required("type");
        if (Array.Find(s_required.GetValueOrDefault(type) ?? [], option => !call.Has(option)) is { } missing)
        {
            throw ApiFault.Failed($"missing value for required option '{missing}'");
        }

        if (state.Storages.ContainsKey(id))
        {
            throw ApiFault.Failed($"create storage failed: storage ID '{id}' already defined");
        }

        StorageDefinition storage = new(id, type) { CreatedAt = state.Now, IsShared = type is "nfs" or "cifs" or "rbd" or "cephfs" or "pbs" or "iscsi" };
        storage.Content.UnionWith(
            storage.HasFiles ? ["backup", "images", "iso", "rootdir", "snippets", "vztmpl"] : type == "pbs" ? ["backup"] : ["images", "rootdir"]);
        Change(storage, call);
        state.Storages.Add(id, storage);
        return Result(storage, call);
    }

    private ApiReply Result(StorageDefinition storage, ApiCall call)
    {
        JsonObject data = new() { ["storage"] = storage.Id, ["type"] = storage.Type };
        if (call.Text("encryption-key") == "autogen")
        {
            // The only time the key is told.
            string stamp = state.Now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss+00:00", System.Globalization.CultureInfo.InvariantCulture);
            byte[] key = new byte[32];
            state.Random.NextBytes(key);
            JsonObject made = new() { ["kdf"] = null, ["created"] = stamp, ["modified"] = stamp, ["data"] = Convert.ToBase64String(key) };
            data["config"] = new JsonObject { ["encryption-key"] = made.ToJsonString() };
        }

        return ApiReply.Of(data);
    }

    private static void Change(StorageDefinition storage, ApiCall call)
    {
        foreach ((string name, JsonNode value) in call.Parameters.Where(static parameter => !s_notOptions.Contains(parameter.Key)))
        {
            storage.Options[name] = call.Endpoint.Parameters.GetValueOrDefault(name)?.Type is Schema.ApiValueType.Boolean or Schema.ApiValueType.Integer
                ? JsonValue.Create(call.Integer(name) ?? 0)
                : JsonValue.Create(ApiCall.TextOf(value));
        }

        if (call.Has("content"))
        {
            storage.Content.Clear();
            storage.Content.UnionWith(call.Items("content"));
        }

        if (call.Has("nodes"))
        {
            storage.Nodes.Clear();
            storage.Nodes.UnionWith(call.Items("nodes"));
        }

        storage.IsShared = call.Flag("shared") ?? storage.IsShared;
        storage.IsDisabled = call.Flag("disable") ?? storage.IsDisabled;
        foreach (string name in call.Items("delete"))
        {
            storage.Options.Remove(name);
            storage.IsDisabled &= name != "disable";
            if (name == "nodes")
            {
                storage.Nodes.Clear();
            }
        }
    }

    private ApiReply Update(ApiCall call)
    {
        const string Prefix = "update storage failed: ";
        call.DemandDigest(Digest, Prefix);

        string id = call.PathValues["storage"];
        StorageDefinition storage = state.Storages.GetValueOrDefault(id) ?? throw ApiFault.Failed($"{Prefix}storage '{id}' does not exist");

        Change(storage, call);
        return Result(storage, call);
    }

    private ApiReply Delete(ApiCall call)
    {
        string id = call.PathValues["storage"];
        if (state.Storages.Values.Any(storage => storage.Options["base"] is { } basis && ApiCall.TextOf(basis).StartsWith(id + ":", StringComparison.Ordinal)))
        {
            throw ApiFault.Failed("delete storage failed: can't remove storage - storage is used as base of another storage");
        }

        return state.Storages.Remove(id) ? ApiReply.Nothing : throw ApiFault.Failed($"delete storage failed: storage '{id}' does not exist");
    }

    private ApiReply ListOnNode(ApiCall call)
    {
        string node = call.PathValues["node"];
        IReadOnlyList<string> content = call.Items("content");
        JsonArray list = [];
        foreach (StorageDefinition storage in state.Storages.Values)
        {
            bool wanted = storage.IsOn(node) && MaySee(call, storage) && (!call.IsSet("enabled") || !storage.IsDisabled)
                && (content.Count == 0 || content.Any(storage.Content.Contains)) && (call.Text("storage") is not { } id || id == storage.Id);
            if (wanted)
            {
                JsonObject entry = Figures(storage, node);
                entry["storage"] = storage.Id;
                if (call.IsSet("format"))
                {
                    AddFormats(entry, storage);
                }

                if (storage is { IsDisabled: false, Capacity: > 0 })
                {
                    entry["used_fraction"] = (double)_figures.Used(storage, node) / storage.Capacity;
                }

                list.Add((JsonNode)entry);
            }
        }

        return ApiReply.Of(list);
    }

    private static void AddFormats(JsonObject entry, StorageDefinition storage)
    {
        string[] supported = storage.HasFiles ? ["qcow2", "raw", "subvol", "vmdk"] : storage.Type == "zfspool" ? ["raw", "subvol"] : ["raw"];
        JsonObject known = [];
        foreach (string format in supported)
        {
            known[format] = 1;
        }

        // Proxmox: once as a list of unlike things, once in order.
        entry["format"] = new JsonArray(known, "raw");
        JsonArray formats = [.. supported.Select(static format => (JsonNode)JsonValue.Create(format))];
        entry["formats"] = new JsonObject { ["default"] = "raw", ["supported"] = formats };
    }

    private JsonObject Figures(StorageDefinition storage, string node)
    {
        long used = _figures.Used(storage, node);
        return new JsonObject
        {
            ["type"] = storage.Type,
            ["content"] = string.Join(',', storage.Content),
            ["enabled"] = storage.IsDisabled ? 0 : 1,
            ["active"] = storage.IsDisabled ? 0 : 1,
            ["shared"] = storage.IsShared ? 1 : 0,
            ["total"] = storage.IsDisabled ? 0 : storage.Capacity,
            ["used"] = storage.IsDisabled ? 0 : used,
            ["avail"] = storage.IsDisabled ? 0 : storage.Capacity - used,
        };
    }

    private ApiReply Status(ApiCall call) => state.Storages.TryGetValue(call.PathValues["storage"], out StorageDefinition? storage) && storage.IsOn(call.PathValues["node"])
        ? ApiReply.Of(Figures(storage, call.PathValues["node"]))
        : throw ApiFault.Parameter("storage", "No such storage.");
}
