using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Devices of a node, storages it finds in the network, and its power.</summary>
internal sealed class HardwareHandlers(PveState state)
{
    private const string Hardware = "/nodes/{node}/hardware";

    // Proxmox: memory, bridges and processors are of no use to guests.
    private static readonly string[] s_hidden = ["05", "06", "0b"];

    public void Register(HandlerTable table)
    {
        table.Get($"{Hardware}/pci", static call =>
            ApiReply.Of(NodeHardware.Pci(call.Has("pci-class-blacklist") ? call.Items("pci-class-blacklist") : s_hidden)));
        table.Get($"{Hardware}/pci/{{pci-id-or-mapping}}/mdev", MediatedDevices);
        table.Get($"{Hardware}/usb", static _ => ApiReply.Of(NodeHardware.Usb()));
        table.Get("/nodes/{node}/capabilities/qemu/migration", static _ => ApiReply.Of(new JsonObject { ["has-dbus-vmstate"] = true }));
        table.Get("/nodes/{node}/scan/nfs", ScanNfs);
        table.Get("/nodes/{node}/scan/cifs", ScanCifs);
        table.Get("/nodes/{node}/scan/iscsi", ScanIscsi);
        table.Get("/nodes/{node}/scan/pbs", ScanBackupServer);
        table.Post("/nodes/{node}/wakeonlan", Wake);
        table.Post("/nodes/{node}/status", Power);
    }

    private ApiReply MediatedDevices(ApiCall call)
    {
        string id = call.PathValues["pci-id-or-mapping"];
        bool isDevice = id.Contains(':', StringComparison.Ordinal);
        return isDevice || state.Collections.Find("/cluster/mapping/pci", id) is not null
            ? ApiReply.Of(new JsonArray())
            : throw ApiFault.Failed($"mapping '{id}' not found");
    }

    private IEnumerable<StorageDefinition> Known(string type, string option, string? server) =>
        state.Storages.Values.Where(storage => storage.Is(type, option, server));

    private static string Option(StorageDefinition storage, string name) => storage.Options[name] is { } value ? ApiCall.TextOf(value) : "";

    // The only servers in the simulated network are those that storages are on.
    private ApiReply ScanNfs(ApiCall call)
    {
        string server = call.Required("server");
        JsonArray list = [.. Known("nfs", "server", server)
            .Select(static storage => (JsonNode)new JsonObject { ["path"] = Option(storage, "export"), ["options"] = "*" })];
        return list.Count > 0 ? ApiReply.Of(list) : throw ApiFault.Failed($"command '/sbin/showmount --no-headers --exports {server}' failed: exit code 1");
    }

    private ApiReply ScanCifs(ApiCall call) =>
        ApiReply.List(Known("cifs", "server", call.Required("server"))
            .Select(static storage => new JsonObject { ["share"] = Option(storage, "share"), ["description"] = "" }));

    private ApiReply ScanIscsi(ApiCall call)
    {
        string portal = call.Required("portal");
        JsonArray list = [.. Known("iscsi", "portal", portal)
            .Select(storage => (JsonNode)new JsonObject { ["target"] = Option(storage, "target"), ["portal"] = portal })];
        return list.Count > 0
            ? ApiReply.Of(list)
            : throw ApiFault.Failed($"command '/usr/bin/iscsiadm --mode discovery --type sendtargets --portal {portal}' failed: exit code 4");
    }

    private ApiReply ScanBackupServer(ApiCall call)
    {
        string server = call.Required("server");
        JsonArray list = [.. Known("pbs", "server", server)
            .Select(static storage => (JsonNode)new JsonObject { ["store"] = Option(storage, "datastore"), ["comment"] = null })];
        return list.Count > 0 ? ApiReply.Of(list)
            : throw ApiFault.Failed(FormattableString.Invariant(
                $"error fetching datastores - 500 Can't connect to {server}:{call.Integer("port") ?? 8007} (Connection refused)"));
    }

    private ApiReply Wake(ApiCall call)
    {
        string node = call.PathValues["node"];
        if (node == state.LocalNode)
        {
            throw ApiFault.Failed($"'{node}' is local node, cannot wake my self!");
        }

        string option = state.Collections.Settings($"/nodes/{node}/config")["wakeonlan"] is { } value ? ApiCall.TextOf(value) : "";
        string? address = PropertyStringEntries.Parse(option).Items.FirstOrDefault(static entry => entry.Key is null or "mac").Value;
        if (string.IsNullOrEmpty(address))
        {
            throw ApiFault.Failed($"No wake on LAN MAC address defined for '{node}'!");
        }

        state.Faults?.ReviveNode(node);
        return ApiReply.Of(address);
    }

    private ApiReply Power(ApiCall call)
    {
        string node = call.PathValues["node"];
        bool restarts = call.Required("command") == "reboot";
        state.Reboot(node, restarts);
        if (!restarts)
        {
            state.Faults?.KillNode(node);
        }

        return ApiReply.Nothing;
    }
}
