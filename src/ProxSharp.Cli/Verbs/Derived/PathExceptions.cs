namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>
/// Calls without a derived verb. <see cref="Pve"/> and <see cref="Pbs"/> are no operations at all: neither the tool nor the roadmap has them.
/// What <see cref="Elsewhere"/> and <see cref="IsDataProtocol"/> name is done by verbs of another noun. Data.
/// </summary>
internal static class PathExceptions
{
    /// <summary>Calls of Proxmox VE that nobody makes: what servers say to each other or what has a better form, then the indexes of the API's
    /// tree.</summary>
    public static readonly IReadOnlySet<string> Pve = new HashSet<string>(StringComparer.Ordinal)
    {
        "POST /nodes/{node}/lxc/{vmid}/mtunnel",
        "GET /nodes/{node}/lxc/{vmid}/mtunnelwebsocket",
        "POST /nodes/{node}/qemu/{vmid}/agent",
        "POST /nodes/{node}/qemu/{vmid}/dbus-vmstate",
        "POST /nodes/{node}/qemu/{vmid}/mtunnel",
        "GET /nodes/{node}/qemu/{vmid}/mtunnelwebsocket",
        "DELETE /pools/{poolid}",
        "GET /pools/{poolid}",
        "PUT /pools/{poolid}",

        "GET /access",
        "GET /access/openid",
        "GET /access/ticket",
        "GET /cluster",
        "GET /cluster/acme",
        "GET /cluster/backup-info",
        "GET /cluster/bulk-action",
        "GET /cluster/bulk-action/guest",
        "GET /cluster/ceph",
        "GET /cluster/config",
        "GET /cluster/firewall",
        "GET /cluster/ha",
        "GET /cluster/ha/status",
        "GET /cluster/jobs",
        "GET /cluster/mapping",
        "GET /cluster/metrics",
        "GET /cluster/notifications",
        "GET /cluster/notifications/endpoints",
        "GET /cluster/qemu",
        "GET /cluster/sdn",
        "GET /cluster/sdn/fabrics",
        "GET /cluster/sdn/route-maps",
        "GET /cluster/sdn/vnets/{vnet}/firewall",
        "GET /nodes/{node}",
        "GET /nodes/{node}/apt",
        "GET /nodes/{node}/capabilities",
        "GET /nodes/{node}/capabilities/qemu",
        "GET /nodes/{node}/ceph",
        "GET /nodes/{node}/ceph/cfg",
        "GET /nodes/{node}/ceph/osd/{osdid}",
        "GET /nodes/{node}/ceph/pool/{name}",
        "GET /nodes/{node}/certificates",
        "GET /nodes/{node}/certificates/acme",
        "GET /nodes/{node}/disks",
        "GET /nodes/{node}/firewall",
        "GET /nodes/{node}/hardware",
        "GET /nodes/{node}/hardware/pci/{pci-id-or-mapping}",
        "GET /nodes/{node}/lxc/{vmid}",
        "GET /nodes/{node}/lxc/{vmid}/firewall",
        "GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}",
        "GET /nodes/{node}/lxc/{vmid}/status",
        "GET /nodes/{node}/qemu/{vmid}",
        "GET /nodes/{node}/qemu/{vmid}/agent",
        "GET /nodes/{node}/qemu/{vmid}/firewall",
        "GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}",
        "GET /nodes/{node}/qemu/{vmid}/status",
        "GET /nodes/{node}/replication/{id}",
        "GET /nodes/{node}/scan",
        "GET /nodes/{node}/sdn",
        "GET /nodes/{node}/sdn/fabrics/{fabric}",
        "GET /nodes/{node}/sdn/vnets/{vnet}",
        "GET /nodes/{node}/sdn/zones/{zone}",
        "GET /nodes/{node}/services/{service}",
        "GET /nodes/{node}/storage/{storage}",
        "GET /nodes/{node}/tasks/{upid}",
    };

    /// <summary>Calls of Proxmox Backup Server that nobody makes: the indexes of the API's tree and those of the data protocols.</summary>
    public static readonly IReadOnlySet<string> Pbs = new HashSet<string>(StringComparer.Ordinal)
    {
        "GET /",
        "GET /access",
        "GET /access/openid",
        "GET /admin",
        "GET /admin/datastore/{store}",
        "GET /admin/prune/{id}",
        "GET /admin/s3/{s3-endpoint-id}",
        "GET /admin/sync/{id}",
        "GET /admin/verify/{id}",
        "GET /backup/_upgrade_",
        "GET /config",
        "GET /config/access",
        "GET /config/access/tfa",
        "GET /config/acme",
        "GET /config/metrics",
        "GET /config/notifications",
        "GET /config/notifications/endpoints",
        "GET /config/notifications/targets/{name}",
        "GET /config/remote/{name}/scan/{store}",
        "GET /nodes/{node}",
        "GET /nodes/{node}/apt",
        "GET /nodes/{node}/certificates",
        "GET /nodes/{node}/certificates/acme",
        "GET /nodes/{node}/disks",
        "GET /nodes/{node}/services/{service}",
        "GET /nodes/{node}/tasks/{upid}",
        "GET /reader/_upgrade_",
        "GET /status",
        "GET /tape",
        "GET /tape/changer/{name}",
        "GET /tape/drive/{drive}",
        "GET /tape/media",
        "GET /tape/media/list/{uuid}",
    };

    /// <summary>True if a call belongs to the data protocols of the backup server, which take encoded blobs in place of parameters.</summary>
    public static bool IsDataProtocol(string path) =>
        path.StartsWith("/backup", StringComparison.Ordinal) || path.StartsWith("/reader", StringComparison.Ordinal)
        || path.EndsWith("/upload-backup-log", StringComparison.Ordinal);

    /// <summary>Calls that verbs of another noun make.</summary>
    public static readonly IReadOnlySet<string> Elsewhere = new HashSet<string>(StringComparer.Ordinal)
    {
        "GET /cluster/tasks",
        "GET /nodes/{node}/tasks",
        "DELETE /nodes/{node}/tasks/{upid}",
        "GET /nodes/{node}/tasks/{upid}/log",
        "GET /nodes/{node}/tasks/{upid}/status",
        "POST /nodes/{node}/vzdump",
    };
}
