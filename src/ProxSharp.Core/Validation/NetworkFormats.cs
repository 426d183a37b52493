using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>Addresses, networks, names and interfaces.</summary>
internal static class NetworkFormats
{
    private const int ShortestMask = 8;

    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["ip"] = static value => IsIp(value) ? null : "value does not look like a valid IP address",
        ["ipv4"] = static value => IsIPv4(value) ? null : "value does not look like a valid IPv4 address",
        ["ipv6"] = static value => IsIPv6(value) ? null : "value does not look like a valid IPv6 address",
        ["ipv4mask"] = static value => IsMask(value) ? null : "value does not look like a valid IP netmask",
        ["CIDR"] = static value => IsCidrV4(value, ShortestMask) || IsCidrV6(value, ShortestMask) ? null : "value does not look like a valid CIDR network",
        ["CIDRv4"] = static value => IsCidrV4(value, ShortestMask) ? null : "value does not look like a valid IPv4 CIDR network",
        ["CIDRv6"] = static value => IsCidrV6(value, ShortestMask) ? null : "value does not look like a valid IPv6 CIDR network",
        ["FullRangeCIDR"] = static value => IsCidrV4(value, 0) || IsCidrV6(value, 0) ? null : "value does not look like a valid CIDR network",
        ["pve-ipv4-config"] = static value =>
            value is "dhcp" or "manual" || IsCidrV4(value, ShortestMask) ? null : "value does not look like a valid ipv4 network configuration",
        ["pve-ipv6-config"] = static value =>
            value is "auto" or "dhcp" or "manual" || IsCidrV6(value, ShortestMask) ? null : "value does not look like a valid ipv6 network configuration",
        ["lxc-ip-with-ll-iface"] = static value => IsIp(WithoutScope(value)) ? null : "value does not look like a valid IP address",
        ["address"] = static value => IsIp(value) || IsDnsName(value) ? null : $"value does not look like a valid address: {value}",
        ["dns-name"] = static value => IsDnsName(value) ? null : "value does not look like a valid DNS name",
        ["mac-addr"] = static value => MacAddress.IsMatch(value) ? null : "value does not look like a valid unicast MAC address",
        ["mac-prefix"] = static value => MacPrefix.IsMatch(value) ? null : "value is not a valid unicast MAC address prefix",
        ["pve-iface"] = static value => Interface.IsMatch(value) ? null : $"invalid network interface name '{value}'",
        ["pve-bridge-id"] = static value => Bridge.IsMatch(value) ? null : $"invalid bridge ID '{value}'",
        ["pve-vlan-id-or-range"] = VlanIdOrRange,
        ["pve-acme-domain"] = static value => AcmeDomain.IsMatch(value) ? null : "value does not look like a valid DNS name",
        ["pve-acme-alias"] = static value => AcmeDomain.IsMatch(value) ? null : "value does not look like a valid DNS name",
    };

    public static bool IsIp(ReadOnlySpan<char> value) => IsIPv4(value) || IsIPv6(value);

    /// <summary>Four decimal numbers without leading zeros.</summary>
    public static bool IsIPv4(ReadOnlySpan<char> value)
    {
        int parts = 0;
        foreach (Range range in value.Split('.'))
        {
            ReadOnlySpan<char> part = value[range];
            if (part.Length > 3 || !WireScalars.IsDigits(part) || (part.Length > 1 && part[0] == '0')
                || int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) > byte.MaxValue)
            {
                return false;
            }

            parts++;
        }

        return parts == 4;
    }

    /// <summary>An address without brackets and scope.</summary>
    public static bool IsIPv6(ReadOnlySpan<char> value) =>
        value.Contains(':')
        && !value.ContainsAny("%[]/")
        && IPAddress.TryParse(value, out IPAddress? address)
        && address.AddressFamily == AddressFamily.InterNetworkV6;

    public static bool IsCidrV4(ReadOnlySpan<char> value, int shortest) =>
        Prefix(value, out ReadOnlySpan<char> address) is { } length && length >= shortest && length <= 32 && IsIPv4(address);

    public static bool IsCidrV6(ReadOnlySpan<char> value, int shortest) =>
        Prefix(value, out ReadOnlySpan<char> address) is { } length && length >= shortest && length <= 128 && IsIPv6(address);

    /// <summary>Labels of letters, digits and inner hyphens, separated by dots.</summary>
    public static bool IsDnsName(ReadOnlySpan<char> value)
    {
        foreach (Range label in value.Split('.'))
        {
            if (!IdFormats.IsNodeName(value[label]))
            {
                return false;
            }
        }

        return true;
    }

    private static int? Prefix(ReadOnlySpan<char> value, out ReadOnlySpan<char> address)
    {
        int slash = value.IndexOf('/');
        address = slash < 0 ? value : value[..slash];
        return slash >= 0 && int.TryParse(value[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : null;
    }

    private static bool IsMask(string value)
    {
        if (!IsIPv4(value))
        {
            return false;
        }

        // A mask is a run of ones followed by zeros: its complement plus one is a power of two.
        byte[] bytes = IPAddress.Parse(value).GetAddressBytes();
        uint complement = ~(((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3]);
        return BitOperations.IsPow2((ulong)complement + 1);
    }

    private static ReadOnlySpan<char> WithoutScope(string value) =>
        value.IndexOf('%', StringComparison.Ordinal) is >= 0 and int scope ? value.AsSpan(0, scope) : value;

    private static string? VlanIdOrRange(string value)
    {
        Match match = Vlans.Match(value);
        if (!match.Success)
        {
            return $"invalid VLAN configuration '{value}'";
        }

        string first = match.Groups["first"].Value;
        foreach (string tag in match.Groups["last"].Success ? (string[])[first, match.Groups["last"].Value] : [first])
        {
            if (!IsVlan(tag))
            {
                return $"invalid VLAN tag '{tag}'";
            }
        }

        return match.Groups["last"].Success && Vlan(match.Groups["first"].Value) >= Vlan(match.Groups["last"].Value)
            ? $"VLAN range must go from lower to higher tag '{value}'"
            : null;
    }

    private static bool IsVlan(string tag) => Vlan(tag) is >= 2 and <= 4094;

    private static int Vlan(string tag) => int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private static Regex MacAddress => field ??= new(@"^[a-fA-F0-9][02468aceACE](?::[a-fA-F0-9]{2}){5}\z");

    private static Regex MacPrefix => field ??= new(@"^[a-fA-F0-9][02468aceACE](?::[a-fA-F0-9]{2}){0,2}:?\z");

    // Wider than older servers: alternative interface names may hold dots and hyphens.
    private static Regex Interface => field ??= new(@"^[a-zA-Z][a-zA-Z0-9_.:\-]*\z");

    private static Regex Bridge => field ??= new(@"^[\-_.\w]+\z");

    private static Regex Vlans => field ??= new(@"^(?<first>[0-9]+)(?:-(?<last>[0-9]+))?\z");

    private static Regex AcmeDomain => field ??= new(@"^(?:\*\.)?[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?\z");
}
