namespace ProxSharp.Pve.Agents;

/// <summary>A network interface inside a guest.</summary>
public sealed record GuestInterface
{
    /// <summary>Its name inside the guest.</summary>
    public required string Name { get; init; }

    /// <summary>Its MAC address; empty if it has none.</summary>
    public string HardwareAddress { get; init; } = "";

    /// <summary>Its addresses in the order the guest gives them.</summary>
    public IReadOnlyList<GuestAddress> Addresses { get; init; } = [];

    /// <summary>What has passed it; null if the guest does not tell.</summary>
    public GuestTraffic? Traffic { get; init; }

    /// <summary>The addresses by which others can reach the guest.</summary>
    public IEnumerable<GuestAddress> UsableAddresses => Addresses.Where(static address => address.IsUsable);
}
