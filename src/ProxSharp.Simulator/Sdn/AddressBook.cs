using System.Net;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Sdn;

/// <summary>The addresses that the cluster's own address service has given away.</summary>
internal sealed class AddressBook(SdnConfig config)
{
    private readonly List<Entry> _entries = [];

    /// <summary>True if addresses of a subnet are given away.</summary>
    public bool IsUsed(string network, string? cidr) => _entries.Exists(entry => entry.Network == network && entry.Cidr == cidr);

    /// <summary>Gives an address away.</summary>
    /// <exception cref="ApiFault">It belongs to no subnet or is taken.</exception>
    public void Add(string zone, string network, string ip, string? mac, long? vmid)
    {
        string cidr = SubnetOf(network, ip);
        if (_entries.Exists(entry => entry.Zone == zone && entry.Ip == ip))
        {
            throw ApiFault.Failed($"IP '{ip}' already exist");
        }

        _entries.Add(new Entry(zone, network, cidr, ip, mac, vmid));
    }

    /// <summary>Changes whose an address is: by its number, or by the machine that has another one so far.</summary>
    public void Change(string zone, string network, string ip, string? mac, long? vmid)
    {
        string cidr = SubnetOf(network, ip);
        _entries.RemoveAll(entry => entry.Zone == zone && entry.Network == network && (entry.Ip == ip || (mac is not null && string.Equals(entry.Mac, mac, StringComparison.OrdinalIgnoreCase))));
        _entries.Add(new Entry(zone, network, cidr, ip, mac, vmid));
    }

    /// <summary>Takes an address back.</summary>
    /// <exception cref="ApiFault">It is not given away.</exception>
    public void Remove(string zone, string network, string ip)
    {
        SubnetOf(network, ip);
        if (_entries.RemoveAll(entry => entry.Zone == zone && entry.Network == network && entry.Ip == ip) == 0)
        {
            throw ApiFault.Failed($"IP '{ip}' does not exist in IPAM DB");
        }
    }

    /// <summary>The addresses of the zones that use a service, gateways included.</summary>
    public JsonArray Show(string service)
    {
        JsonArray list = [];
        foreach (Entry entry in _entries.Where(entry => Uses(entry.Zone, service)))
        {
            JsonObject shown = new() { ["zone"] = entry.Zone, ["vnet"] = entry.Network, ["subnet"] = entry.Cidr, ["ip"] = entry.Ip };
            if (entry.Mac is not null)
            {
                shown["mac"] = entry.Mac;
            }

            if (entry.VmId is not null)
            {
                shown["vmid"] = entry.VmId;
            }

            list.Add((JsonNode)shown);
        }

        foreach ((string network, JsonObject item) in config.Wanted(SdnConfig.Networks))
        {
            string zone = item["zone"] is { } text ? ApiCall.TextOf(text) : "";
            bool isUsed = Uses(zone, service);
            foreach ((string subnet, JsonObject details) in config.Wanted($"{SdnConfig.Networks}/{network}/subnets"))
            {
                if (isUsed && details["gateway"] is { } gateway)
                {
                    list.Add((JsonNode)new JsonObject { ["zone"] = zone, ["vnet"] = network, ["subnet"] = SdnSubnetHandlers.CidrOf(subnet), ["ip"] = ApiCall.TextOf(gateway), ["gateway"] = 1 });
                }
            }
        }

        return list;
    }

    private bool Uses(string zone, string service) => config.Wanted(SdnConfig.Zones).GetValueOrDefault(zone)?["ipam"] is { } ipam && ApiCall.TextOf(ipam) == service;

    private string SubnetOf(string network, string ip)
    {
        IPAddress address = IPAddress.Parse(ip);
        return config.Wanted($"{SdnConfig.Networks}/{network}/subnets").Keys.Select(SdnSubnetHandlers.CidrOf).FirstOrDefault(cidr => IPNetwork.TryParse(cidr, out IPNetwork known) && known.Contains(address))
            ?? throw ApiFault.Failed($"can't find any subnet for ip {ip} at /usr/share/perl5/PVE/Network/SDN/Subnets.pm line 105.");
    }

    private sealed record Entry(string Zone, string Network, string Cidr, string Ip, string? Mac, long? VmId);
}
