using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Collections;

/// <summary>Answers the endpoints that only list what is below them.</summary>
internal sealed class IndexHandlers
{
    // Proxmox: these lists are written by hand in the server and are not what the tree of paths says.
    private static readonly Dictionary<string, string> s_listed = new(StringComparer.Ordinal)
    {
        ["/access"] = "users groups roles acl domains openid tfa ticket password",
        ["/cluster/metrics"] = "server",
        ["/cluster/sdn"] = "vnets zones controllers ipams dns fabrics",
        ["/nodes/{node}/ceph/osd/{osdid}"] = "metadata lv-info",
        ["/nodes/{node}/lxc/{vmid}"] = "config pending status vncproxy termproxy vncwebsocket spiceproxy migrate clone initlog rrd rrddata firewall snapshot resize",
        ["/nodes/{node}/lxc/{vmid}/firewall"] = "rules aliases ipset refs options",
        ["/nodes/{node}/lxc/{vmid}/status"] = "current start stop shutdown migrate reboot",
        ["/nodes/{node}/qemu/{vmid}"] = "config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor agent snapshot spiceproxy sendkey firewall mtunnel "
            + "remote_migrate",
        ["/nodes/{node}/qemu/{vmid}/firewall"] = "rules aliases ipset refs options",
        ["/nodes/{node}/qemu/{vmid}/status"] = "current start stop reset shutdown suspend reboot",
        ["/nodes/{node}/scan"] = "cifs iscsi lvm nfs pbs zfs",
        ["/nodes/{node}/sdn/fabrics/{fabric}"] = "neighbors routes",
    };

    private static readonly HashSet<string> s_unlistedOfNode = new(StringComparer.Ordinal) { "vncwebsocket", "query-oci-repo-tags" };

    private readonly Dictionary<ApiEndpoint, ApiHandler> _handlers = new(ReferenceEqualityComparer.Instance);

    public IndexHandlers(ApiSchema schema)
    {
        Dictionary<string, SortedSet<string>> children = new(StringComparer.Ordinal);
        foreach (string path in schema.Endpoints.Select(static endpoint => endpoint.Path))
        {
            string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            string parent = "";
            foreach (string segment in segments)
            {
                string key = parent.Length == 0 ? "/" : parent;
                if (!children.TryGetValue(key, out SortedSet<string>? names))
                {
                    children[key] = names = new SortedSet<string>(StringComparer.Ordinal);
                }

                names.Add(segment);
                parent += "/" + segment;
            }
        }

        foreach (ApiEndpoint endpoint in schema.Endpoints.Where(static endpoint => endpoint.Method == ApiMethod.Get && endpoint.Transport == ApiTransportKind.Envelope))
        {
            if (children.TryGetValue(endpoint.Path, out SortedSet<string>? names) && !names.Any(static name => name.StartsWith('{')) && KeyOf(endpoint.Returns) is { } key)
            {
                IEnumerable<string> shown = schema.Product == ProxmoxProduct.BackupServer ? names : Listed(endpoint.Path, names);
                _handlers[endpoint] = _ => ApiReply.Of(Entries(key, shown));
            }
        }
    }

    public ApiHandler? Find(ApiEndpoint endpoint) => _handlers.GetValueOrDefault(endpoint);

    /// <summary>The index at the root of the Proxmox VE API.</summary>
    public static ApiReply Root() => ApiReply.Of(Entries("subdir", ["version", "cluster", "nodes", "storage", "access", "pools"]));

    private static JsonArray Entries(string key, IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)new JsonObject { [key] = name })]);

    private static IEnumerable<string> Listed(string path, SortedSet<string> names) => s_listed.TryGetValue(path, out string? listed)
        ? listed.Split(' ')
        : path == "/nodes/{node}" ? names.Where(static name => !s_unlistedOfNode.Contains(name)) : names;

    /// <summary>The member that names a child; null if the endpoint answers with data.</summary>
    private static string? KeyOf(ApiNode returns)
    {
        if (returns.Type is ApiValueType.Null or ApiValueType.Any && returns.Properties.Count == 0)
        {
            return "subdir";
        }

        if (returns.Type != ApiValueType.Array || returns.Items is not { Properties.Count: <= 1 } items)
        {
            return null;
        }

        return items.Properties.Keys.FirstOrDefault() ?? returns.Child?.Trim('{', '}') ?? "name";
    }
}
