using System.Globalization;
using System.Text;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>A rule of a firewall, both as it is read and as it is added. A rule that is added is in force unless it says otherwise.</summary>
/// <example>
/// <code>
/// await vm.Firewall.Rules.AddAsync(new FirewallRule { Type = FirewallRuleType.In, Action = "ACCEPT", Protocol = "tcp", DestinationPort = "22" });
/// </code>
/// </example>
public sealed record FirewallRule
{
    /// <summary>The direction of the traffic, or <see cref="FirewallRuleType.Group"/> to apply a security group.</summary>
    public required FirewallRuleType Type { get; init; }

    /// <summary>What happens to packets that match: <c>ACCEPT</c>, <c>DROP</c> or <c>REJECT</c>; for a group its name.</summary>
    public required string Action { get; init; }

    /// <summary>Whether the rule is in force. Default: true.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>The predefined service it is for, for example <c>SSH</c>; null for none.</summary>
    public string? Macro { get; init; }

    /// <summary>
    /// Where packets come from: addresses, ranges or networks with commas, an alias, or an IP set with a leading plus sign; null for anywhere.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>Where packets go to, written like <see cref="Source"/>; null for anywhere.</summary>
    public string? Destination { get; init; }

    /// <summary>The protocol by name or number; null for any.</summary>
    public string? Protocol { get; init; }

    /// <summary>The ports packets come from: numbers, ranges (<c>80:85</c>) or names with commas; null for any.</summary>
    public string? SourcePort { get; init; }

    /// <summary>The ports packets go to, written like <see cref="SourcePort"/>; null for any.</summary>
    public string? DestinationPort { get; init; }

    /// <summary>The type of ICMP messages, with the protocols <c>icmp</c> and <c>ipv6-icmp</c>; null for any.</summary>
    public string? IcmpType { get; init; }

    /// <summary>The network interface: of a node its name, of a guest the name of its option, for example <c>net0</c>; null for any.</summary>
    public string? Interface { get; init; }

    /// <summary>How packets that match are logged; null leaves it to the options.</summary>
    public FirewallLogLevel? LogLevel { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>The position in the list, from 0; null in a rule that was not read. Not sent when the rule is added.</summary>
    public int? Position { get; init; }

    /// <summary>4 or 6 if the addresses make the rule one of that version of the protocol; null otherwise. Never sent.</summary>
    public int? IpVersion { get; init; }

    /// <summary>The digest of the list of rules when it was read. Not sent when the rule is added.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Returns the rule in one line.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Position?.ToString(CultureInfo.InvariantCulture)).Append(Position is null ? "" : ": ");
        text.Append(IsEnabled ? "" : "(off) ").Append(Type.Value).Append(' ').Append(Action);
        foreach ((string name, string? value) in FirewallWire.Optional(this))
        {
            text.Append(value is null ? "" : $" {name}={value}");
        }

        return text.ToString();
    }
}
