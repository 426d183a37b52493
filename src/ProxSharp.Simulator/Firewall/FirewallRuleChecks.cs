using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Firewall;

/// <summary>What a firewall rule must name rightly before it is kept.</summary>
internal static class FirewallRuleChecks
{
    private const string ClusterSets = "/cluster/firewall/ipset";

    /// <summary>Refuses a rule whose macro or set does not exist, or that has ports without a protocol.</summary>
    /// <param name="rule">The rule as it would be kept. The name of its macro gets the case it is known by.</param>
    /// <param name="list">The path of the list it stands in.</param>
    /// <param name="collections">The objects of the cluster.</param>
    public static void Demand(JsonObject rule, string list, CollectionStore collections)
    {
        if (Text(rule, "macro") is { } macro)
        {
            rule["macro"] = FirewallMacros.Find(macro) ?? throw ApiFault.Parameter("macro", $"unknown macro '{macro}'");
        }

        foreach (string port in (string[])["dport", "sport"])
        {
            if (Text(rule, port) is not null && Text(rule, "proto") is null)
            {
                throw ApiFault.Parameter("proto", $"missing property - '{port}' requires this property");
            }
        }

        foreach (string side in (string[])["source", "dest"])
        {
            if (Text(rule, side) is { } value && value.StartsWith('+') && !HasSet(value[1..], list, collections))
            {
                throw ApiFault.Parameter(side, $"no such ipset '{value[(value.LastIndexOf('/') + 1)..].TrimStart('+')}'");
            }
        }
    }

    private static bool HasSet(string set, string list, CollectionStore collections)
    {
        if (set.StartsWith("sdn/", StringComparison.Ordinal))
        {
            return true; // Sets of virtual networks are made from the networks themselves.
        }

        string name = set[(set.LastIndexOf('/') + 1)..];
        bool isInCluster = !set.StartsWith("guest/", StringComparison.Ordinal) && collections.Find(ClusterSets, name) is not null;
        return isInCluster || (!set.StartsWith("dc/", StringComparison.Ordinal) && collections.Find($"{list[..list.LastIndexOf('/')]}/ipset", name) is not null);
    }

    private static string? Text(JsonObject rule, string name) => rule[name] is { } value && ApiCall.TextOf(value) is { Length: > 0 } text ? text : null;
}
