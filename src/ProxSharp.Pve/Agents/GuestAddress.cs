using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxSharp.Pve.Agents;

/// <summary>An address of a network interface inside a guest.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The length of the network's prefix in bits; null if the guest does not tell.</param>
public sealed record GuestAddress(IPAddress Address, int? PrefixLength)
{
    /// <summary>True if others can reach the guest by it: it is neither loopback nor link-local, multicast or unspecified.</summary>
    public bool IsUsable => !IPAddress.IsLoopback(Address) && !Address.IsIPv6LinkLocal && !Address.IsIPv6Multicast
        && !Address.Equals(IPAddress.Any) && !Address.Equals(IPAddress.IPv6Any) && !IsSpecialIPv4();

    /// <summary>True for version 4 of the Internet protocol.</summary>
    public bool IsIPv4 => Address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>Returns address and prefix, for example <c>10.0.0.5/24</c>.</summary>
    public override string ToString() => PrefixLength is { } length ? string.Create(CultureInfo.InvariantCulture, $"{Address}/{length}") : Address.ToString();

    // 169.254.0.0/16 is what a guest gives itself if no DHCP server answers.
    private bool IsSpecialIPv4()
    {
        if (!IsIPv4)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[4];
        Address.TryWriteBytes(bytes, out _);
        return (bytes[0] == 169 && bytes[1] == 254) || bytes[0] >= 224;
    }
}
