using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>What firewall rules name: addresses, ports, protocols.</summary>
internal static class FirewallFormats
{
    private const int HighestPort = 65535;
    private const int MostPorts = 15;

    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["IPorCIDR"] = IpOrCidr,
        ["IPorCIDRorAlias"] = static value => Alias.IsMatch(value) ? null : IpOrCidr(value),
        ["pve-fw-addr-spec"] = Addresses,
        ["pve-fw-sport-spec"] = Ports,
        ["pve-fw-dport-spec"] = Ports,
        ["pve-fw-protocol-spec"] = static value => Word.IsMatch(value) ? null : $"unknown protocol '{value}'",
        ["pve-fw-icmp-type-spec"] = static value => value.Length == 0 || Word.IsMatch(value) ? null : $"invalid icmp-type value '{value}'",
    };

    private static string? IpOrCidr(string value) =>
        NetworkFormats.IsIp(value) || NetworkFormats.IsCidrV4(value, 0) || NetworkFormats.IsCidrV6(value, 0)
            ? null
            : "value does not look like a valid IP address or CIDR network";

    /// <summary>An IP set (<c>+name</c>), an alias, a range, or a list of addresses and networks.</summary>
    private static string? Addresses(string value)
    {
        if (IpSet.IsMatch(value) || Alias.IsMatch(value))
        {
            return null;
        }

        string[] items = value.Split(',');
        if (items[^1].Length == 0)
        {
            return "extraneous commas in list";
        }

        foreach (string item in items)
        {
            int dash = item.IndexOf('-', StringComparison.Ordinal);
            bool fits = dash < 0
                ? IpOrCidr(item) is null
                : NetworkFormats.IsIp(item.AsSpan(0, dash)) && NetworkFormats.IsIp(item.AsSpan(dash + 1));
            if (!fits)
            {
                return $"invalid IP address: Cannot determine IP version for {item}";
            }

            if (dash >= 0 && items.Length > 1)
            {
                return "you can't use a range in a list";
            }
        }

        return null;
    }

    private static string? Ports(string value)
    {
        string[] items = value.Split(',');
        if (value.Length > 0 && items[^1].Length == 0)
        {
            return "extraneous commas in list";
        }

        int count = 0;
        foreach (string item in value.Length == 0 ? [] : items)
        {
            Match range = PortRange.Match(item);
            count += range.Groups["last"].Success ? 2 : 1;
            if ((range.Success ? Range(range) : Service.IsMatch(item) ? null : $"invalid port '{item}'") is { } complaint)
            {
                return complaint;
            }
        }

        return count > MostPorts ? $"too many entries in port list (> {MostPorts} numbers)" : null;
    }

    private static string? Range(Match range)
    {
        string first = range.Groups["first"].Value;
        if (Port(first) < 0)
        {
            return $"invalid port '{first}'";
        }

        if (!range.Groups["last"].Success)
        {
            return null;
        }

        string last = range.Groups["last"].Value;
        return Port(last) < 0 ? $"invalid port '{last}'"
            : Port(first) > Port(last) ? $"backwards range '{first}:{last}' not allowed, did you mean '{last}:{first}'?"
            : null;
    }

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= HighestPort ? port : -1;

    private static Regex IpSet => field ??= new(@"^\+\S+\z");

    private static Regex Alias => field ??= new(@"^(?:[a-z]+/)?[A-Za-z][A-Za-z0-9\-_]+\z");

    private static Regex PortRange => field ??= new(@"^(?<first>[0-9]+)(?::(?<last>[0-9]+))?\z");

    // Names come from the server's own /etc/services and /etc/protocols: only the form is checked.
    private static Regex Service => field ??= new(@"^[A-Za-z0-9][A-Za-z0-9_.+*/\-]*\z");

    private static Regex Word => field ??= new(@"^[A-Za-z0-9][A-Za-z0-9_.+/\-]*\z");
}
