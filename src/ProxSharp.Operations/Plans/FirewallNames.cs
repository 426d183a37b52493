using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>Security groups, sets and aliases of the cluster's firewall, and whether a rule or a set names one of them.</summary>
internal sealed class FirewallNames
{
    // What is blocked for all guests, whether they have rules or not.
    private const string BlockedForAll = "blacklist";

    // Proxmox: names of groups, sets and aliases have no case.
    public HashSet<string> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Sets { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True if all guests are concerned by one of them.</summary>
    public bool AreForAll => AreForwarded || Sets.Contains(BlockedForAll);

    /// <summary>Whether a rule for what is forwarded to guests, on the way and not at a guest, names one of them.</summary>
    public bool AreForwarded { get; set; }

    public bool HasAddresses => Sets.Count + Aliases.Count > 0;

    public bool AreEmpty => !HasAddresses && Groups.Count == 0;

    /// <summary>True for a rule that uses one of them.</summary>
    public bool AreIn(JsonElement rule) =>
        (rule.Text("type") == "group" && rule.Text("action") is { } group && Groups.Contains(group))
        || new[] { rule.Text("source"), rule.Text("dest") }.OfType<string>().SelectMany(ItemLists.Split).Any(IsOne);

    /// <summary>True for a member of a set that is one of them.</summary>
    public bool AreMember(JsonElement member) => member.Text("cidr") is { } address && IsOne(address);

    // Proxmox: a set has a plus sign before it; what the cluster defines may have "dc/" before its name, and what a guest defines itself "guest/".
    private bool IsOne(string item)
    {
        bool isSet = item.StartsWith('+');
        string name = isSet ? item[1..] : item;
        name = name.StartsWith("dc/", StringComparison.OrdinalIgnoreCase) ? name["dc/".Length..] : name;
        return (isSet ? Sets : Aliases).Contains(name);
    }
}
