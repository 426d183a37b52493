using System.Net;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>The subnets of virtual networks. Their name says it all: zone, network and mask.</summary>
internal sealed class SdnSubnetHandlers(PveState state, CollectionReader reader, SdnConfig config, AddressBook addresses)
{
    private const string Subnets = $"{SdnConfig.Networks}/{{vnet}}/subnets";

    public void Register(HandlerTable table)
    {
        table.Get(Subnets, List);
        table.Post(Subnets, Create);
        table.Get($"{Subnets}/{{subnet}}", Get);
        table.Put($"{Subnets}/{{subnet}}", Update);
        table.Delete($"{Subnets}/{{subnet}}", Delete);
    }

    private static string ListOf(ApiCall call) => $"{SdnConfig.Networks}/{call.PathValues["vnet"]}/subnets";

    /// <summary>The CIDR of a subnet's name; null if the name says none.</summary>
    public static string? CidrOf(string name) => name.Split('-') is [_, { } network, { } mask] ? $"{network}/{mask}" : null;

    private string ZoneOf(ApiCall call)
    {
        string network = call.PathValues["vnet"];
        JsonObject? item = config.Wanted(SdnConfig.Networks).GetValueOrDefault(network) ?? config.Running(SdnConfig.Networks).GetValueOrDefault(network);
        return item is null ? throw ApiFault.Failed($"sdn vnet '{network}' does not exist") : item["zone"] is { } zone ? ApiCall.TextOf(zone) : "";
    }

    private void DemandRight(ApiCall call, params string[] privileges)
    {
        string path = $"/sdn/zones/{ZoneOf(call)}/{call.PathValues["vnet"]}";
        if (!state.Permissions.HasAny(call.Caller, path, privileges))
        {
            throw ApiFault.Forbidden($"{path}, {string.Join('|', privileges)}");
        }
    }

    private ApiReply List(ApiCall call)
    {
        DemandRight(call, "SDN.Audit", "SDN.Allocate");
        return ApiReply.List(config.Names(call, ListOf(call)).Select(name => Shown(call, name)));
    }

    private ApiReply Get(ApiCall call)
    {
        DemandRight(call, "SDN.Audit", "SDN.Allocate");
        string name = call.PathValues["subnet"];
        return config.Exists(call, ListOf(call), name) ? ApiReply.Of(Shown(call, name)) : throw Missing(name);
    }

    private static ApiFault Missing(string name) => ApiFault.Failed($"sdn subnet '{name}' does not exist");

    private JsonObject Shown(ApiCall call, string name)
    {
        JsonObject shown = config.View(call, ListOf(call), "subnet", name);
        string[] parts = name.Split('-');
        shown["id"] = name;
        shown["type"] ??= "subnet";
        shown["vnet"] = call.PathValues["vnet"];
        (shown["zone"], shown["network"], shown["mask"]) = (parts[0], parts.Length > 1 ? parts[1] : "", parts[^1]);
        shown["cidr"] = $"{shown["network"]}/{parts[^1]}";
        TakeApart(shown);
        return shown;
    }

    // Proxmox: ranges come back taken apart.
    private static void TakeApart(JsonObject shown)
    {
        if (shown["dhcp-range"] is JsonArray ranges)
        {
            shown["dhcp-range"] = new JsonArray([.. ranges.Select(static range => (JsonNode)Parts(ApiCall.TextOf(range!)))]);
        }
        else
        {
            shown["dhcp-range"] ??= shown["state"] is null ? new JsonArray() : null;
        }
    }

    private static JsonObject Parts(string text)
    {
        JsonObject parts = [];
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(text).Items)
        {
            parts[entry.Key ?? "start-address"] = entry.Value;
        }

        return parts;
    }

    private ApiReply Create(ApiCall call)
    {
        const string Failure = "create sdn subnet object failed";
        DemandRight(call, "SDN.Allocate");
        config.DemandLock(call, Failure);
        string cidr = call.Required("subnet");
        string name = cidr.Contains('/', StringComparison.Ordinal) ? $"{ZoneOf(call)}-{cidr.Replace('/', '-')}" : cidr;
        if (config.Wanted(ListOf(call)).ContainsKey(name))
        {
            throw ApiFault.Failed($"{Failure}: sdn subnet object ID '{name}' already defined");
        }

        JsonObject item = Stored(call, null);
        item["type"] = "subnet";
        DemandGateway(item, CidrOf(name));
        state.Collections.Put(ListOf(call), name, item);
        return ApiReply.Nothing;
    }

    private JsonObject Stored(ApiCall call, JsonObject? present) => reader.Store(call, present, "lock-token", "subnet", "vnet");

    private static void DemandGateway(JsonObject item, string? cidr)
    {
        if (item["gateway"] is { } gateway && IPNetwork.TryParse(cidr, out IPNetwork network)
            && IPAddress.TryParse(ApiCall.TextOf(gateway), out IPAddress? address) && !network.Contains(address))
        {
            throw ApiFault.Parameter("gateway", $"{address} is not in subnet {cidr}");
        }
    }

    private ApiReply Update(ApiCall call)
    {
        const string Failure = "update sdn subnet object failed";
        DemandRight(call, "SDN.Allocate");
        config.DemandLock(call, Failure);
        string name = call.PathValues["subnet"];
        JsonObject present = config.Wanted(ListOf(call)).GetValueOrDefault(name) ?? throw Missing(name);
        config.DemandDigest(call, ListOf(call), Failure);
        JsonObject changed = Stored(call, present.DeepClone().AsObject());
        DemandGateway(changed, CidrOf(name));
        state.Collections.Put(ListOf(call), name, changed);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        const string Failure = "delete sdn subnet object failed";
        DemandRight(call, "SDN.Allocate");
        config.DemandLock(call, Failure);
        string name = call.PathValues["subnet"];
        if (!config.Wanted(ListOf(call)).ContainsKey(name))
        {
            throw Missing(name);
        }

        if (addresses.IsUsed(call.PathValues["vnet"], CidrOf(name)))
        {
            throw ApiFault.Failed($"{Failure}: cannot delete subnet '{CidrOf(name)}', not empty");
        }

        state.Collections.Remove(ListOf(call), name);
        return ApiReply.Nothing;
    }
}
