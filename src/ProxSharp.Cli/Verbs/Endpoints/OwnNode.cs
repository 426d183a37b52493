using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// Tells which calls act on what belongs to one node, its disks and daemons: no node is chosen for them where there are several. Most of them take the node
/// as an argument anyway; this is about those that take it as an option. Data.
/// </summary>
internal static class OwnNode
{
    // Proxmox: these go through a node to the monitors of Ceph, and do the same thing on any.
    private static readonly string[] s_ofCluster =
    [
        "/nodes/{node}/ceph/fs/", "/nodes/{node}/ceph/osd/{osdid}/in", "/nodes/{node}/ceph/osd/{osdid}/out", "/nodes/{node}/ceph/osd/{osdid}/scrub",
        "/nodes/{node}/ceph/pool",
    ];

    /// <summary>Tells whether a call acts on a node's own things, and the node has to be named if there are several.</summary>
    /// <param name="product">The product; a backup server is one node.</param>
    /// <param name="rule">How the node is found.</param>
    /// <param name="endpoint">The call.</param>
    public static bool IsMeant(ProxmoxProduct product, NodeRule rule, ApiEndpoint endpoint) =>
        rule == NodeRule.Any
        && product == ProxmoxProduct.VirtualEnvironment
        && endpoint.Method != ApiMethod.Get
        && endpoint.Path.StartsWith("/nodes/{node}/", StringComparison.Ordinal)
        && !IsOfCluster(endpoint);

    /// <summary>Tells whether a call does the same thing on any node.</summary>
    public static bool IsOfCluster(ApiEndpoint endpoint) => s_ofCluster.Any(path => endpoint.Path.StartsWith(path, StringComparison.Ordinal));
}
