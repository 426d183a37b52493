using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Guests;

/// <summary>The cloud-init data of machines.</summary>
internal sealed class CloudInit(PveState state)
{
    private const string DefaultNameserver = "192.0.2.1";

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/qemu/{vmid}/cloudinit", List);
        table.Put("/nodes/{node}/qemu/{vmid}/cloudinit", Regenerate);
        table.Get("/nodes/{node}/qemu/{vmid}/cloudinit/dump", Dump);
    }

    private static bool IsOption(string key) =>
        key is "cicustom" or "cipassword" or "citype" or "ciuser" or "ciupgrade" or "nameserver" or "searchdomain" or "sshkeys" || key.StartsWith("ipconfig", StringComparison.Ordinal);

    private ApiReply List(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        JsonArray list = [];
        foreach (string key in guest.Config.Keys.Union(guest.Pending.Keys).Where(IsOption).Order(StringComparer.Ordinal))
        {
            JsonObject entry = new() { ["key"] = key };
            if (guest.Config.TryGetValue(key, out string? value))
            {
                entry["value"] = key == "cipassword" ? "**********" : value;
            }

            if (guest.Pending.TryGetValue(key, out string? pending))
            {
                entry[pending is null ? "delete" : "pending"] = pending is null ? 1 : key == "cipassword" ? "**********" : pending;
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Regenerate(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        GuestContext.DemandUnlocked(guest);
        foreach (string key in guest.Pending.Keys.Where(IsOption).ToArray())
        {
            guest.Pending.Remove(key, out string? value);
            if (value is null)
            {
                guest.Config.Remove(key);
            }
            else
            {
                guest.Config[key] = value;
            }
        }

        return ApiReply.Nothing;
    }

    private ApiReply Dump(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        return ApiReply.Of(call.Required("type") switch
        {
            "user" => UserData(guest),
            "network" => NetworkData(guest),
            _ => MetaData(guest),
        });
    }

    private static string UserData(Guest guest)
    {
        string? Option(string key) => guest.Config.GetValueOrDefault(key);
        string name = Option("name") ?? $"VM{guest.VmId}";
        string host = name.Split('.')[0];
        string full = name.Contains('.', StringComparison.Ordinal) || Option("searchdomain") is not { } domain ? name : $"{name}.{domain.Split(' ')[0]}";
        StringBuilder text = new($"#cloud-config\nhostname: {host}\nmanage_etc_hosts: true\nfqdn: {full}\n");
        if (Option("ciuser") is { } user)
        {
            text.Append("user: ").Append(user).Append('\n');
        }

        if (Option("cipassword") is { } password)
        {
            text.Append("password: ").Append(password).Append('\n');
        }

        if (Option("sshkeys") is { } keys)
        {
            text.Append("ssh_authorized_keys:\n");
            foreach (string key in Uri.UnescapeDataString(keys).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                text.Append("  - ").Append(key).Append('\n');
            }
        }

        text.Append("chpasswd:\n  expire: False\n");
        if (Option("ciuser") is not "root")
        {
            text.Append("users:\n  - default\n");
        }

        return Option("ciupgrade") == "0" ? text.ToString() : text.Append("package_upgrade: true\n").ToString();
    }

    private static string NetworkData(Guest guest)
    {
        StringBuilder text = new("version: 1\nconfig:\n");
        foreach ((string key, string value) in guest.Config.Where(static option => option.Key.StartsWith("ipconfig", StringComparison.Ordinal)))
        {
            string index = key["ipconfig".Length..];
            if (guest.Config.TryGetValue("net" + index, out string? card))
            {
                int equals = card.IndexOf('=', StringComparison.Ordinal);
                string mac = card[(equals + 1)..].Split(',')[0].ToLowerInvariant();
                text.Append($"    - type: physical\n      name: eth{index}\n      mac_address: '{mac}'\n      subnets:\n");
                AppendSubnet(text, DiskOptions.Get(value, "ip"), DiskOptions.Get(value, "gw"), isSix: false);
                AppendSubnet(text, DiskOptions.Get(value, "ip6"), DiskOptions.Get(value, "gw6"), isSix: true);
            }
        }

        text.Append("    - type: nameserver\n      address:\n");
        foreach (string server in (guest.Config.GetValueOrDefault("nameserver") ?? DefaultNameserver).Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append($"      - '{server}'\n");
        }

        return text.Append($"      search:\n      - '{guest.Config.GetValueOrDefault("searchdomain") ?? "example.test"}'\n").ToString();
    }

    private static void AppendSubnet(StringBuilder text, string? address, string? gateway, bool isSix)
    {
        switch (address)
        {
            case null:
                return;
            case "dhcp":
                text.Append(isSix ? "      - type: dhcp6\n" : "      - type: dhcp4\n");
                return;
            case "auto":
                text.Append("      - type: ipv6_slaac\n");
                return;
            default:
                text.Append(isSix ? "      - type: static6\n" : "      - type: static\n").Append(isSix ? $"        address: '{address}'\n" : AddressAndMask(address));
                break;
        }

        if (gateway is not null)
        {
            text.Append($"        gateway: '{gateway}'\n");
        }
    }

    private static string AddressAndMask(string address)
    {
        string[] parts = address.Split('/');
        uint mask = parts.Length > 1 && int.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out int prefix) && prefix > 0 ? uint.MaxValue << (32 - prefix) : 0;
        return $"        address: '{parts[0]}'\n        netmask: '{mask >> 24}.{(mask >> 16) & 255}.{(mask >> 8) & 255}.{mask & 255}'\n";
    }

    private static string MetaData(Guest guest)
    {
#pragma warning disable CA5350 // The server's instance ids are SHA-1; nothing is protected by them.
        return $"instance-id: {Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(UserData(guest) + NetworkData(guest))))}\n";
#pragma warning restore CA5350
    }
}
