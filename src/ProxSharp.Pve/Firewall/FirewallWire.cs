using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve.Firewall;

/// <summary>Firewall objects as they travel.</summary>
internal static class FirewallWire
{
    public static readonly ApiReader<IReadOnlyList<FirewallRule>> Rules = static (ref Json.ApiJsonReader reader) =>
        [.. reader.ReadObjects<FirewallRuleItem>().Select(Read)];
    public static readonly ApiReader<FirewallRule> Rule = static (ref Json.ApiJsonReader reader) => Read(FirewallRuleItem.Read(ref reader));
    public static readonly ApiReader<IReadOnlyList<FirewallAlias>> Aliases = static (ref Json.ApiJsonReader reader) =>
        [.. reader.ReadObjects<FirewallAliasesResult>().Select(Read)];
    public static readonly ApiReader<FirewallAlias> Alias = static (ref Json.ApiJsonReader reader) => Read(FirewallAliasesResult.Read(ref reader));
    public static readonly ApiReader<IReadOnlyList<FirewallIpSetInfo>> Sets = static (ref Json.ApiJsonReader reader) =>
        [.. reader.ReadObjects<FirewallIpSetItem>().Select(Read)];
    public static readonly ApiReader<IReadOnlyList<FirewallIpSetEntry>> Entries = static (ref Json.ApiJsonReader reader) =>
        [.. reader.ReadObjects<FirewallIpSetEntryResult>().Select(Read)];
    public static readonly ApiReader<FirewallIpSetEntry> Entry = static (ref Json.ApiJsonReader reader) => Read(FirewallIpSetEntryResult.Read(ref reader));
    public static readonly ApiReader<IReadOnlyList<LogLine>> Log = static (ref Json.ApiJsonReader reader) =>
        LogLines.Read(reader.ReadObjects<NodesSyslogItem>());

    /// <summary>The members of a rule that it may do without, by wire name.</summary>
    public static (string Name, string? Value)[] Optional(FirewallRule rule) =>
    [
        ("macro", rule.Macro),
        ("source", rule.Source),
        ("dest", rule.Destination),
        ("proto", rule.Protocol),
        ("sport", rule.SourcePort),
        ("dport", rule.DestinationPort),
        ("icmp-type", rule.IcmpType),
        ("iface", rule.Interface),
        ("log", rule.LogLevel?.Value),
        ("comment", rule.Comment),
    ];

    /// <summary>Adds what a rule says.</summary>
    public static void Write(ApiParameters parameters, FirewallRule rule)
    {
        parameters.Add("type", rule.Type.Value);
        parameters.Add("action", rule.Action);

        // Proxmox: a rule that does not say so is not in force.
        parameters.Add("enable", rule.IsEnabled ? 1L : 0L);
        foreach ((string name, string? value) in Optional(rule))
        {
            parameters.Add(name, value);
        }
    }

    /// <summary>Tells whether two rules say the same, wherever they stand.</summary>
    public static bool SaysTheSame(FirewallRule one, FirewallRule other) =>
        one.Type == other.Type && one.Action == other.Action && one.IsEnabled == other.IsEnabled && Optional(one).SequenceEqual(Optional(other));

    /// <summary>Adds a digest.</summary>
    public static void Add(ApiParameters parameters, Digest? digest) => parameters.Add("digest", digest?.Value);

    private static FirewallRule Read(FirewallRuleItem item) => new()
    {
        Type = new FirewallRuleType(item.Type),
        Action = item.Action,
        IsEnabled = item.Enable is not 0,
        Macro = item.Macro,
        Source = item.Source,
        Destination = item.Dest,
        Protocol = item.Proto,
        SourcePort = item.SPort,
        DestinationPort = item.DPort,
        IcmpType = item.IcmpType,
        Interface = item.Iface,
        LogLevel = item.Log,
        Comment = item.Comment,
        Position = (int)item.Pos,
        IpVersion = (int?)item.Ipversion,
        Digest = Parse(item.Digest),
    };

    private static FirewallAlias Read(FirewallAliasesResult item) => new()
    {
        Name = item.Name,
        Cidr = item.Cidr,
        Comment = item.Comment,
        IpVersion = (int?)item.Ipversion,
        Digest = Parse(item.Digest),
    };

    private static FirewallIpSetInfo Read(FirewallIpSetItem item) => new(item.Name, item.Comment, Parse(item.Digest));

    private static FirewallIpSetEntry Read(FirewallIpSetEntryResult item) => new()
    {
        Cidr = item.Cidr,
        IsExcluded = item.Nomatch ?? false,
        Comment = item.Comment,
        Digest = Parse(item.Digest),
    };

    private static Digest? Parse(string? text) => Digest.TryParse(text, out Digest digest) ? digest : null;
}
