using System.Globalization;
using System.Net;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Agents;

/// <summary>Makes interfaces of what the agent of a machine and the server of a container give.</summary>
internal static class InterfaceReader
{
    /// <summary>Interfaces of a virtual machine.</summary>
    public static IReadOnlyList<GuestInterface> Read(NodesQemuAgentNetworkInterfacesResult result) =>
    [
        .. result.Result.Select(static item => new GuestInterface
        {
            Name = item.Name,
            HardwareAddress = item.HardwareAddress ?? "",
            Addresses = [.. item.IpAddresses.Select(static entry => Address(entry.IpAddress, entry.Prefix)).OfType<GuestAddress>()],
            Traffic = Read(item.Statistics),
        }),
    ];

    /// <summary>Interfaces of a container.</summary>
    public static IReadOnlyList<GuestInterface> Read(IReadOnlyList<NodesLxcInterfacesItem> items) =>
    [
        .. items.Select(static item => new GuestInterface
        {
            Name = item.Name,
            HardwareAddress = item.HardwareAddress.Length > 0 ? item.HardwareAddress : item.HwAddr,
            Addresses = item.IpAddresses.Count > 0
                ? [.. item.IpAddresses.Select(static entry => Address(entry.IpAddress, entry.Prefix)).OfType<GuestAddress>()]
                : [.. new[] { item.Inet, item.Inet6 }.Select(Network).OfType<GuestAddress>()],
        }),
    ];

    private static GuestTraffic? Read(NodesQemuAgentNetworkInterfacesResultStatisticsResult? figures) => figures is null ? null : new GuestTraffic
    {
        ReceivedBytes = figures.RxBytes,
        ReceivedPackets = figures.RxPackets,
        ReceiveErrors = figures.RxErrs,
        ReceiveDrops = figures.RxDropped,
        SentBytes = figures.TxBytes,
        SentPackets = figures.TxPackets,
        SendErrors = figures.TxErrs,
        SendDrops = figures.TxDropped,
    };

    // Windows adds the zone to link-local addresses, as the parser expects it.
    private static GuestAddress? Address(string? text, long? prefix) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new GuestAddress(address, (int?)prefix) : null;

    // Servers before 8.3 give one address of each family, with its prefix.
    private static GuestAddress? Network(string? text)
    {
        string[] parts = (text ?? "").Split('/');
        return Address(parts[0], parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int prefix) ? prefix : null);
    }
}
