using System.Net;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>Common IP settings for cloud-init.</summary>
public static class IpConfigs
{
    /// <summary>IPv4 by DHCP.</summary>
    public static QemuIpConfig Dhcp { get; } = new() { Ip = "dhcp" };

    /// <summary>IPv4 by DHCP, IPv6 by router advertisements.</summary>
    public static QemuIpConfig Automatic { get; } = new() { Ip = "dhcp", Ip6 = "auto" };

    /// <summary>A fixed address.</summary>
    /// <param name="address">Address and prefix, for example <c>10.0.0.5/24</c> or <c>2001:db8::5/64</c>.</param>
    /// <param name="gateway">The default gateway of the same family; null for none.</param>
    /// <exception cref="FormatException">The address or the gateway is none, or they are of different families.</exception>
    public static QemuIpConfig Static(string address, string? gateway = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        int slash = address.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(address[..slash], out IPAddress? ip))
        {
            throw new FormatException($"'{address}' is no address with a prefix; expected for example 10.0.0.5/24.");
        }

        if (gateway is not null && !(IPAddress.TryParse(gateway, out IPAddress? via) && via.AddressFamily == ip.AddressFamily))
        {
            throw new FormatException($"'{gateway}' is no gateway address of the family of '{address}'.");
        }

        return ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? new QemuIpConfig { Ip6 = address, Gw6 = gateway }
            : new QemuIpConfig { Ip = address, Gw = gateway };
    }
}
