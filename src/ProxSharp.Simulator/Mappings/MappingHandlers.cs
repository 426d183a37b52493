using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Mappings;

/// <summary>Names for devices and directories that differ from node to node, and whether they hold on a node.</summary>
internal sealed class MappingHandlers(PveState state, CollectionReader reader)
{
    public void Register(HandlerTable table)
    {
        foreach (MappingKind kind in MappingKind.All)
        {
            table.Get(kind.List, call => List(call, kind));
            table.Post(kind.List, call => Create(call, kind));
            table.Get($"{kind.List}/{{id}}", call => ApiReply.Of(Shown(kind, Demand(kind, call.PathValues["id"]))));
            table.Put($"{kind.List}/{{id}}", call => Update(call, kind));
            table.Delete($"{kind.List}/{{id}}", call => Delete(call, kind));
        }
    }

    private string Digest(MappingKind kind) => reader.Digest(state.Collections.Items(kind.List).Values);

    private JsonObject Demand(MappingKind kind, string id) => state.Collections.Find(kind.List, id) ?? throw ApiFault.Failed($"mapping '{id}' not found");

    private JsonObject Shown(MappingKind kind, JsonObject item)
    {
        JsonObject shown = item.DeepClone().AsObject();
        shown["type"] = kind.Name;
        shown["digest"] = Digest(kind);
        return shown;
    }

    private ApiReply List(ApiCall call, MappingKind kind)
    {
        JsonArray list = [];
        foreach ((string id, JsonObject item) in state.Collections.Items(kind.List))
        {
            if (!state.Permissions.HasAny(call.Caller, $"/mapping/{kind.Name}/{id}", "Mapping.Audit", "Mapping.Use", "Mapping.Modify"))
            {
                continue;
            }

            JsonObject shown = Shown(kind, item);
            shown["id"] = id;
            shown["map"] ??= new JsonArray();
            if (call.Text("check-node") is { } node)
            {
                shown[kind.Checks] = Check(kind, id, item, node);
            }

            list.Add((JsonNode)shown);
        }

        return ApiReply.Of(list);
    }

    private static Dictionary<string, string>[] Entries(JsonObject item) =>
    [
        .. (item["map"] as JsonArray ?? []).Select(static entry => PropertyStringEntries.Parse(ApiCall.TextOf(entry!)).Items
            .ToDictionary(static part => part.Key ?? "node", static part => part.Value, StringComparer.Ordinal)),
    ];

    private static JsonArray Check(MappingKind kind, string id, JsonObject item, string node)
    {
        JsonArray checks = [];
        Dictionary<string, string>[] entries = [.. Entries(item).Where(entry => entry.GetValueOrDefault("node") == node)];
        if (entries.Length == 0)
        {
            checks.Add((JsonNode)new JsonObject { ["severity"] = "warning", ["message"] = $"No mapping for node {node}." });
        }

        foreach (Dictionary<string, string> entry in entries)
        {
            if (Complaint(kind, id, entry) is { } complaint)
            {
                checks.Add((JsonNode)new JsonObject { ["severity"] = "error", ["message"] = $"Invalid configuration: {complaint}\n" });
            }
        }

        return checks;
    }

    private static string? Complaint(MappingKind kind, string id, Dictionary<string, string> entry) => kind.Name switch
    {
        "pci" => entry.GetValueOrDefault("path", "").Split(';').Select(path => PciComplaint(id, path, entry))
            .FirstOrDefault(static complaint => complaint is not null),
        "usb" => UsbComplaint(id, entry),
        _ => null,
    };

    private static string? PciComplaint(string id, string path, Dictionary<string, string> entry)
    {
        if (NodeHardware.FindPci(path) is not { } device)
        {
            return $"pci device '{path}' not found";
        }

        foreach ((string name, string actual) in device)
        {
            string? configured = entry.GetValueOrDefault(name);
            bool isKnown = name != "iommugroup" || actual != "-1";
            if (configured is not null && isKnown && configured != actual)
            {
                return $"'{name}' does not match for '{id}' ({actual} != {configured})";
            }
        }

        return null;
    }

    private static string? UsbComplaint(string id, Dictionary<string, string> entry)
    {
        string device = entry.GetValueOrDefault("id", "");
        if (entry.GetValueOrDefault("path") is not { } path)
        {
            return NodeHardware.HasUsb(device) ? null : $"usb device '{device}' not found";
        }

        string? actual = NodeHardware.UsbAt(path);
        return actual is null ? $"usb device '{path}' not found" : actual == device ? null : $"'id' does not match for '{id}' ({actual} != {device})";
    }

    private ApiReply Create(ApiCall call, MappingKind kind)
    {
        string id = call.Required("id");
        if (state.Collections.Find(kind.List, id) is not null)
        {
            throw ApiFault.Failed($"create {kind.Subject} mapping failed: {kind.Noun} ID '{id}' already defined");
        }

        state.Collections.Put(kind.List, id, reader.Store(call, null, "id"));
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call, MappingKind kind)
    {
        string failure = $"update {kind.Subject} mapping failed";
        string id = call.PathValues["id"];
        call.DemandDigest(() => Digest(kind), failure + ": ");

        JsonObject item = state.Collections.Find(kind.List, id) ?? throw ApiFault.Failed($"{failure}: {kind.Noun} ID '{id}' does not exist");
        if (!call.Has("map"))
        {
            // Proxmox: the entries are wanted even if they do not change.
            throw ApiFault.Failed($"{failure}: missing value for required option 'map'");
        }

        reader.Store(call, item);
        return ApiReply.Nothing;
    }

    // Proxmox: what is not there is removed without complaint.
    private ApiReply Delete(ApiCall call, MappingKind kind)
    {
        state.Collections.Remove(kind.List, call.PathValues["id"]);
        return ApiReply.Nothing;
    }
}
