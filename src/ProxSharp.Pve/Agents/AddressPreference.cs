namespace ProxSharp.Pve.Agents;

/// <summary>Which address of a guest is wanted.</summary>
public enum AddressPreference
{
    /// <summary>An IPv4 address; an IPv6 address if there is no other.</summary>
    IPv4First,

    /// <summary>An IPv6 address; an IPv4 address if there is no other.</summary>
    IPv6First,

    /// <summary>Only an IPv4 address.</summary>
    IPv4Only,

    /// <summary>Only an IPv6 address.</summary>
    IPv6Only,
}
