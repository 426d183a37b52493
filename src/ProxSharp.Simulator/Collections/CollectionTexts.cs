using ProxSharp.Api;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Collections;

/// <summary>What the server says when an object is missing or there already; each kind has its own words.</summary>
internal static class CollectionTexts
{
    public static ApiFault Missing(ProxmoxProduct product, CollectionFamily family, ApiMethod method, string id)
    {
        if (product == ProxmoxProduct.BackupServer)
        {
            return new ApiFault(400, $"no such {family.Noun} '{id}'");
        }

        return family.Parent switch
        {
            "/cluster/backup" when method == ApiMethod.Get => ApiFault.Parameter("id", $"No such job '{id}'"),
            "/cluster/backup" => ApiFault.Failed("no such vzdump job"),
            "/cluster/metrics/server" => ApiFault.Failed($"status server entry '{id}' does not exist"),
            "/cluster/replication" => ApiFault.Failed($"no such replication job '{id}'"),
            "/access/domains" => ApiFault.Failed($"{(method == ApiMethod.Put ? "update auth server failed: " : method == ApiMethod.Delete ? "delete auth server failed: " : "")}domain '{id}' does not exist"),
            "/cluster/notifications/matchers" => new ApiFault(404, $"matcher '{id}' does not exist") { WithoutNewline = true },
            "/cluster/ha/resources" when method == ApiMethod.Delete => ApiFault.Failed($"cannot delete service '{id}', not HA managed!"),
            "/cluster/ha/resources" => ApiFault.Failed($"no such resource '{id}'"),
            "/nodes/{node}/network" => ApiFault.Parameter("iface", "interface does not exist"),
            string parent when parent.StartsWith("/cluster/notifications/", StringComparison.Ordinal) => new ApiFault(404, $"endpoint '{id}' does not exist") { WithoutNewline = true },
            string parent when parent.StartsWith("/cluster/sdn/", StringComparison.Ordinal) => ApiFault.Failed($"sdn '{id}' does not exist"),
            string parent when parent.StartsWith("/cluster/mapping/", StringComparison.Ordinal) => ApiFault.Failed($"mapping '{id}' not found"),
            string parent when parent.EndsWith("/rules", StringComparison.Ordinal) || family.IsOrdered => ApiFault.Failed($"no rule at position {id}"),
            string parent when parent.EndsWith("/firewall/groups", StringComparison.Ordinal) => ApiFault.Failed($"no such security group '{id}'"),
            string parent when parent.EndsWith("/ipset", StringComparison.Ordinal) => ApiFault.Failed($"no such IPSet '{id}'"),
            string parent when parent.EndsWith("/aliases", StringComparison.Ordinal) => ApiFault.Failed($"no such alias '{id}'"),
            _ => ApiFault.Failed($"{family.Noun} '{id}' does not exist"),
        };
    }

    public static ApiFault Duplicate(ProxmoxProduct product, CollectionFamily family, string id) => (product, family.Parent) switch
    {
        (ProxmoxProduct.BackupServer, _) => new ApiFault(400, $"{family.Noun} '{id}' already exists."),
        (_, "/cluster/backup") => ApiFault.Failed($"Job '{id}' already exists"),
        (_, "/cluster/ha/resources") => ApiFault.Failed($"resource ID '{id}' already defined"),
        (_, "/access/domains") => ApiFault.Failed($"add auth server failed: domain '{id}' already exists"),
        (_, { } parent) when parent.EndsWith("/firewall/aliases", StringComparison.Ordinal) => ApiFault.Parameter("name", $"alias '{id}' already exists"),
        (_, { } parent) when parent.EndsWith("/firewall/ipset", StringComparison.Ordinal) => ApiFault.Parameter("name", $"IPSet '{id}' already exists"),
        (_, { } parent) when parent.EndsWith("/firewall/ipset/{name}", StringComparison.Ordinal) => ApiFault.Parameter("cidr", $"address '{id}' already exists"),
        (_, "/cluster/firewall/groups") => ApiFault.Parameter("group", $"Security group '{id}' already exists"),
        _ => ApiFault.Failed($"{family.Noun} '{id}' already exists"),
    };
}
