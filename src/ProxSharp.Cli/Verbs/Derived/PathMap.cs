using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>The way from the paths of the API to the nouns and verbs of the command line: rules first, then what the rules get wrong. Data.</summary>
internal static class PathMap
{
    /// <summary>The nouns for Proxmox VE, the longest prefixes first.</summary>
    public static readonly IReadOnlyList<PathNoun> Pve =
    [
        new("/nodes/{node}/storage/{storage}", "storage", NodeRule.OfStorage),
        new("/nodes/{node}/qemu/{vmid}", "vm", NodeRule.OfGuest),
        new("/nodes/{node}/lxc/{vmid}", "ct", NodeRule.OfGuest),
        new("/cluster/sdn/route-maps/entries/{route-map-id}/entry", "sdn route-map entry"),
        new("/cluster/sdn/route-maps/entries", "sdn route-map"),
        new("/cluster/sdn/fabrics/fabric", "sdn fabric"),
        new("/cluster/sdn/fabrics/node", "sdn fabric node"),
        new("/cluster/notifications", "notification"),
        new("/cluster/replication", "replication"),
        new("/cluster/bulk-action", "cluster bulk"),
        new("/cluster/backup-info", "backup-job"),
        new("/cluster/firewall", "firewall"),
        new("/cluster/metrics", "metrics"),
        new("/cluster/mapping", "mapping"),
        new("/cluster/config", "cluster membership"),
        new("/cluster/backup", "backup-job"),
        new("/cluster/acme", "acme"),
        new("/cluster/ceph", "ceph cluster"),
        new("/cluster/jobs", "job"),
        new("/cluster/sdn", "sdn"),
        new("/cluster/ha", "ha"),
        new("/nodes/{node}/vzdump", "backup-job", NodeRule.Any),
        new("/nodes/{node}/tasks", "task"),
        new("/nodes/{node}/ceph", "ceph", NodeRule.Any),
        new("/nodes/{node}/qemu", "vm"),
        new("/nodes/{node}/lxc", "ct"),
        new("/nodes/{node}", "node"),
        new("/nodes", "node"),
        new("/storage", "storage"),
        new("/access", "access"),
        new("/cluster", "cluster"),
        new("/pools", "pool"),
        new("/version", "cluster version"),
    ];

    /// <summary>The nouns for Proxmox Backup Server.</summary>
    public static readonly IReadOnlyList<PathNoun> Pbs =
    [
        new("/config/tape-encryption-keys", "tape key"),
        new("/config/tape-backup-job", "tape job"),
        new("/config/traffic-control", "pbs traffic-control"),
        new("/config/encryption-keys", "pbs encryption-key"),
        new("/config/notifications", "pbs notification"),
        new("/config/media-pool", "tape pool"),
        new("/admin/datastore", "datastore"),
        new("/config/datastore", "datastore"),
        new("/config/metrics", "pbs metrics"),
        new("/config/changer", "tape changer-config"),
        new("/config/access", "pbs access realm"),
        new("/config/remote", "pbs remote"),
        new("/config/verify", "pbs verify-job"),
        new("/config/prune", "pbs prune-job"),
        new("/config/drive", "tape drive-config"),
        new("/config/sync", "pbs sync-job"),
        new("/config/acme", "pbs acme"),
        new("/config/s3", "pbs s3"),
        new("/admin/traffic-control", "pbs traffic-control current"),
        new("/admin/verify", "pbs verify-job"),
        new("/admin/prune", "pbs prune-job"),
        new("/admin/sync", "pbs sync-job"),
        new("/admin/gc", "pbs gc"),
        new("/admin/s3", "pbs s3"),
        new("/nodes/{node}/tasks", "pbs task", NodeRule.Any),
        new("/nodes/{node}", "pbs node", NodeRule.Any),
        new("/nodes", "pbs node"),
        new("/access", "pbs access"),
        new("/status", "pbs status"),
        new("/tape", "tape"),
        new("/admin", "pbs"),
        new("/", "pbs"),
    ];

    /// <summary>What a segment of a path is called where one thing is meant.</summary>
    public static IReadOnlyDictionary<string, string> Singular => field ??= TextTable.Pairs(SingularTable);

    private static ReadOnlySpan<byte> SingularTable => """
        aliases | alias
        controllers | controller
        disks | disk
        domains | realm
        endpoints | endpoint
        entries | entry
        fabrics | fabric
        flags | flag
        groups | group
        ipams | ipam
        ips | ip
        matchers | matcher
        nodes | node
        plugins | plugin
        prefix-lists | prefix-list
        repositories | repository
        resources | resource
        roles | role
        route-maps | route-map
        rules | rule
        services | service
        subnets | subnet
        targets | target
        users | user
        vnets | vnet
        zones | zone
        custom-cpu-models | cpu-model
        """u8;

    /// <summary>Words for calls that the rules would name badly.</summary>
    public static IReadOnlyDictionary<string, string> Words => field ??= TextTable.Pairs(WordsTable);

    private static ReadOnlySpan<byte> WordsTable => """
        GET /version | cluster version
        GET /cluster/status | cluster status
        GET /cluster/resources | cluster resources
        PUT /access/acl | access acl set
        PUT /access/password | access password
        POST /access/ticket | access login ticket
        POST /access/vncticket | access login vnc-ticket
        POST /access/openid/auth-url | access openid auth-url
        POST /access/openid/login | access openid login
        PUT /cluster/sdn | sdn apply
        POST /cluster/sdn/rollback | sdn rollback
        GET /cluster/sdn/dry-run | sdn pending
        POST /cluster/sdn/lock | sdn lock acquire
        DELETE /cluster/sdn/lock | sdn lock release
        PUT /nodes/{node}/network | node network apply
        DELETE /nodes/{node}/network | node network revert
        GET /nodes/{node}/status | node show
        POST /nodes/{node}/status | node power
        GET /nodes/{node}/subscription | node subscription show
        PUT /nodes/{node}/subscription | node subscription set
        POST /nodes/{node}/subscription | node subscription check
        DELETE /nodes/{node}/subscription | node subscription delete
        GET /nodes/{node}/apt/update | node apt list
        POST /nodes/{node}/apt/update | node apt update
        GET /nodes/{node}/apt/repositories | node apt repository list
        POST /nodes/{node}/apt/repositories | node apt repository set
        PUT /nodes/{node}/apt/repositories | node apt repository add
        GET /nodes/{node}/aplinfo | node template list
        POST /nodes/{node}/aplinfo | node template download
        GET /nodes/{node}/hosts | node hosts show
        POST /nodes/{node}/hosts | node hosts set
        POST /cluster/config | cluster membership create
        GET /cluster/config/join | cluster membership join-info
        POST /cluster/config/join | cluster membership join
        GET /cluster/config/nodes | cluster membership list
        POST /cluster/config/nodes/{node} | cluster membership add
        DELETE /cluster/config/nodes/{node} | cluster membership delete
        GET /storage | storage config list
        GET /storage/{storage} | storage config show
        GET /nodes/{node}/storage | storage on-node
        GET /nodes/{node}/storage/{storage}/status | storage show
        GET /nodes/{node}/storage/{storage}/prunebackups | storage prune-preview
        DELETE /nodes/{node}/storage/{storage}/prunebackups | storage prune
        POST /nodes/{node}/storage/{storage}/content/{volume} | storage content copy
        GET /nodes/{node}/storage/{storage}/file-restore/download | storage file-restore download
        GET /nodes/{node}/storage/{storage}/file-restore/list | storage file-restore list
        POST /cluster/firewall/groups/{group} | firewall group rule create
        GET /cluster/firewall/groups/{group} | firewall group rule list
        GET /cluster/firewall/groups/{group}/{pos} | firewall group rule show
        PUT /cluster/firewall/groups/{group}/{pos} | firewall group rule set
        DELETE /cluster/firewall/groups/{group}/{pos} | firewall group rule delete
        POST /nodes/{node}/certificates/acme/certificate | node certificates acme order
        PUT /nodes/{node}/certificates/acme/certificate | node certificates acme renew
        DELETE /nodes/{node}/certificates/acme/certificate | node certificates acme revoke
        POST /nodes/{node}/certificates/custom | node certificates custom upload
        POST /cluster/sdn/vnets/{vnet}/ips | sdn vnet ip create
        PUT /cluster/sdn/vnets/{vnet}/ips | sdn vnet ip set
        DELETE /cluster/sdn/vnets/{vnet}/ips | sdn vnet ip delete
        POST /pools | pool create
        PUT /pools | pool set
        DELETE /pools | pool delete
        GET /pools | pool list
        GET /nodes/{node}/vzdump/defaults | backup-job defaults
        GET /nodes/{node}/vzdump/extractconfig | backup-job extract-config
        GET /nodes/{node}/qemu | vm on-node
        GET /nodes/{node}/lxc | ct on-node
        GET /nodes/{node}/qemu/{vmid}/migrate | vm migrate-check
        GET /nodes/{node}/lxc/{vmid}/migrate | ct migrate-check
        GET /nodes/{node}/qemu/{vmid}/cloudinit | vm cloudinit show
        PUT /nodes/{node}/qemu/{vmid}/cloudinit | vm cloudinit regenerate
        PUT /nodes/{node}/qemu/{vmid}/config | vm set-now
        GET /nodes/{node}/ceph/cfg/raw | ceph config raw
        GET /nodes/{node}/ceph/cfg/db | ceph config db
        GET /nodes/{node}/ceph/cfg/value | ceph config value
        POST /nodes/{node}/ceph/fs/{name} | ceph fs create
        POST /nodes/{node}/ceph/mds/{name} | ceph mds create
        POST /nodes/{node}/ceph/mgr/{id} | ceph mgr create
        POST /nodes/{node}/ceph/mon/{monid} | ceph mon create
        GET /cluster/ceph/flags/{flag} | ceph cluster flag show
        PUT /cluster/ceph/flags/{flag} | ceph cluster flag set
        PUT /cluster/ceph/flags | ceph cluster flag set-all
        POST /cluster/ceph/restart-bulk | ceph cluster restart
        pbs GET /admin/datastore | datastore list
        pbs GET /config/datastore | datastore config list
        pbs GET /config/datastore/{name} | datastore config show
        pbs GET /admin/datastore/{store}/status | datastore show
        pbs GET /admin/datastore/{store}/gc | datastore gc show
        pbs POST /admin/datastore/{store}/gc | datastore gc start
        pbs GET /admin/datastore/{store}/groups | datastore group list
        pbs DELETE /admin/datastore/{store}/groups | datastore group delete
        pbs GET /admin/datastore/{store}/snapshots | datastore snapshot list
        pbs DELETE /admin/datastore/{store}/snapshots | datastore snapshot delete
        pbs GET /admin/prune | pbs prune-job status
        pbs GET /admin/sync | pbs sync-job status
        pbs GET /admin/verify | pbs verify-job status
        pbs GET /admin/gc | pbs gc list
        pbs GET /admin/gc/{store} | pbs gc show
        pbs GET /admin/traffic-control | pbs traffic-control current
        pbs GET /tape/backup | tape job status
        pbs POST /tape/backup | tape backup
        pbs POST /tape/backup/{id} | tape job run
        pbs GET /tape/drive/{drive}/inventory | tape drive inventory
        pbs PUT /tape/drive/{drive}/inventory | tape drive update-inventory
        pbs GET /tape/media/list/{uuid}/status | tape media status show
        pbs POST /tape/media/list/{uuid}/status | tape media status set
        pbs GET /tape/media/list | tape media list
        pbs DELETE /access/ticket | pbs access logout
        pbs GET /admin/metrics | pbs metrics list
        pbs GET /ping | pbs ping
        pbs DELETE /config/encryption-keys/{id} | pbs encryption-key delete
        pbs POST /config/encryption-keys/{id} | pbs encryption-key toggle-archive
        """u8;
}
