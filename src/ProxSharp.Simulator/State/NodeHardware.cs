using System.Globalization;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.State;

/// <summary>The devices that every simulated node has.</summary>
internal static class NodeHardware
{
    private static readonly PciDevice[] s_pci =
    [
        new("0000:00:00.0", "0x060000", "0x8086", "0x29c0", "0x1af4", "0x1100", -1),
        new("0000:00:02.0", "0x030000", "0x1234", "0x1111", "0x1af4", "0x1100", -1),
        new("0000:00:12.0", "0x020000", "0x1af4", "0x1000", "0x1af4", "0x0001", -1),
        new("0000:00:1f.0", "0x060100", "0x8086", "0x2918", "0x1af4", "0x1100", -1),
        new("0000:01:00.0", "0x030200", "0x10de", "0x1eb8", "0x10de", "0x12a2", 14),
    ];

    private static readonly UsbDevice[] s_usb =
    [
        new(1, 1, 9, 0, "1d6b", "0002", "", "Linux 6.17.2-1-pve ehci_hcd", "EHCI Host Controller", "480"),
        new(1, 2, 0, 1, "0951", "1666", "2", "Kingston", "DataTraveler 3.0", "480"),
    ];

    /// <summary>The PCI devices; those of classes that begin like one of the given ones are left out.</summary>
    public static JsonArray Pci(IReadOnlyCollection<string> hiddenClasses)
    {
        JsonArray list = [];
        foreach ((string id, string kind, string vendor, string device, string subsystemVendor, string subsystemDevice, int group) in s_pci)
        {
            if (!hiddenClasses.Any(hidden => kind.StartsWith("0x" + hidden.Replace("0x", "", StringComparison.Ordinal), StringComparison.Ordinal)))
            {
                list.Add((JsonNode)new JsonObject
                {
                    ["id"] = id,
                    ["class"] = kind,
                    ["vendor"] = vendor,
                    ["device"] = device,
                    ["subsystem_vendor"] = subsystemVendor,
                    ["subsystem_device"] = subsystemDevice,
                    ["iommugroup"] = group,
                });
            }
        }

        return list;
    }

    /// <summary>What a mapping says of a PCI device; null if there is no such device.</summary>
    public static IReadOnlyDictionary<string, string>? FindPci(string id)
    {
        string full = id.Count(static letter => letter == ':') == 1 ? "0000:" + id : id;
        PciDevice? found =
            Array.Find(s_pci, device => device.Id == full || device.Id == full + ".0");
        return found is null ? null : new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = $"{found.Vendor[2..]}:{found.Device[2..]}",
            ["iommugroup"] = found.Group.ToString(CultureInfo.InvariantCulture),
            ["subsystem-id"] = $"{found.SubsystemVendor[2..]}:{found.SubsystemDevice[2..]}",
        };
    }

    /// <summary>The USB devices, hubs included.</summary>
    public static JsonArray Usb()
    {
        JsonArray list = [];
        foreach ((int bus, int device, int kind, int port, string vendor, string product, string path, string maker, string name, string speed) in s_usb)
        {
            JsonObject entry = new()
            {
                ["busnum"] = bus,
                ["devnum"] = device,
                ["class"] = kind,
                ["port"] = port,
                ["level"] = path.Length == 0 ? 0 : 1,
                ["vendid"] = vendor,
                ["prodid"] = product,
                ["manufacturer"] = maker,
                ["product"] = name,
                ["speed"] = speed,
            };
            if (path.Length > 0)
            {
                entry["usbpath"] = path;
            }

            list.Add((JsonNode)entry);
        }

        return list;
    }

    /// <summary>The id of the USB device at a place such as <c>1-2</c>; null if nothing is there.</summary>
    public static string? UsbAt(string place)
    {
        UsbDevice? found =
            Array.Find(s_usb, device => device.Path.Length > 0 && string.Create(CultureInfo.InvariantCulture, $"{device.Bus}-{device.Path}") == place);
        return found is null ? null : $"{found.Vendor}:{found.Product}";
    }

    /// <summary>True if a USB device of an id such as <c>0951:1666</c> is plugged in.</summary>
    public static bool HasUsb(string id) => Array.Exists(s_usb, device => $"{device.Vendor}:{device.Product}" == id);

    private sealed record PciDevice(string Id, string Class, string Vendor, string Device, string SubsystemVendor, string SubsystemDevice, int Group);

    private sealed record UsbDevice(
        int Bus, int Device, int Class, int Port, string Vendor, string Product, string Path, string Maker, string Name, string Speed);
}
