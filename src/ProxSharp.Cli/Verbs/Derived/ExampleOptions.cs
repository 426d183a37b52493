namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>What examples of calls give that the schema does not ask for, so that they change something, and do no harm. Data and a look-up.</summary>
internal static class ExampleOptions
{
    // Without an address and a port a rule of a firewall lets everything in; calls for many guests mean every one without vms.
    private static ReadOnlySpan<byte> Pve => """
        PUT /nodes/{node}/qemu/{vmid}/config | memory=4096
        PUT /nodes/{node}/dns | search=example.org | dns1=192.0.2.53
        PUT /nodes/{node}/network/{iface} | type=bridge | bridge_ports=eno1 | cidr=192.0.2.10/24 | gateway=192.0.2.1 | autostart=1
        POST /nodes/{node}/apt/repositories | index=0 | path=/etc/apt/sources.list.d/proxmox.sources | enabled=1
        PUT /nodes/{node}/ceph/pool/{name} | size=3 | min_size=2
        POST /storage | storage=backups | type=dir | path=/mnt/backups | content=backup
        PUT /storage/{storage} | content=iso,vztmpl,backup
        PUT /pools | comment=looked after by Ada
        PUT /access/acl | path=/vms | users=demo@pve | roles=PVEAuditor
        POST /access/domains | type=ad | domain=example.org | server1=dc1.example.org
        PUT /cluster/qemu/custom-cpu-models/{cputype} | flags=+aes
        PUT /cluster/acme/plugins/{id} | validation-delay=60
        POST /cluster/acme/plugins | type=dns | api=cf
        POST /cluster/jobs/realm-sync/{id} | schedule=daily | realm=ldap
        POST /access/tfa/{userid} | type=recovery
        PUT /cluster/ceph/flags | noout=1
        POST /cluster/bulk-action/guest/migrate | vms=100,101
        POST /cluster/bulk-action/guest/shutdown | vms=100,101
        POST /cluster/bulk-action/guest/start | vms=100,101
        POST /cluster/bulk-action/guest/suspend | vms=100,101
        POST /nodes/{node}/migrateall | vms=100,101
        POST /nodes/{node}/startall | vms=100,101
        POST /nodes/{node}/stopall | vms=100,101
        POST /nodes/{node}/suspendall | vms=100,101
        POST /cluster/backup | schedule=sat 02:00 | storage=local | vmid=100,101
        POST /cluster/firewall/groups/{group} | type=in | action=ACCEPT | proto=tcp | dport=22 | source=192.0.2.0/24 | enable=1
        POST /cluster/firewall/rules | type=in | action=ACCEPT | proto=tcp | dport=22 | source=192.0.2.0/24 | enable=1
        POST /nodes/{node}/firewall/rules | type=in | action=ACCEPT | proto=tcp | dport=22 | source=192.0.2.0/24 | enable=1
        POST /nodes/{node}/lxc/{vmid}/firewall/rules | type=in | action=ACCEPT | proto=tcp | dport=22 | source=192.0.2.0/24 | enable=1
        POST /nodes/{node}/qemu/{vmid}/firewall/rules | type=in | action=ACCEPT | proto=tcp | dport=22 | source=192.0.2.0/24 | enable=1
        PUT /cluster/ha/resources/{sid} | state=started
        PUT /cluster/sdn/controllers/{controller} | asn=65000
        POST /cluster/sdn/controllers | type=evpn | asn=65000 | peers=192.0.2.11,192.0.2.12
        PUT /cluster/sdn/dns/{dns} | ttl=3600
        PUT /cluster/sdn/fabrics/fabric/{id} | protocol=openfabric | ip_prefix=192.0.2.0/24
        PUT /cluster/sdn/fabrics/node/{fabric_id}/{node_id} | protocol=openfabric | ip=192.0.2.10
        PUT /cluster/sdn/ipams/{ipam} | url=https://netbox.example.org/api
        POST /cluster/sdn/ipams | type=netbox | url=https://netbox.example.org/api | token=env:SECRET
        PUT /cluster/sdn/prefix-lists/{id} | entries=action=permit,prefix=192.0.2.0/24
        PUT /cluster/sdn/prefix-lists/{id}/entries/{url_seq} | action=permit | prefix=192.0.2.0/24
        PUT /cluster/sdn/route-maps/entries/{route-map-id}/entry/{order} | action=permit
        PUT /cluster/sdn/vnets/{vnet} | alias=office
        PUT /cluster/sdn/vnets/{vnet}/ips | zone=zone1 | ip=192.0.2.10 | mac=BC:24:11:00:00:01
        PUT /cluster/sdn/vnets/{vnet}/subnets/{subnet} | gateway=192.0.2.1
        PUT /cluster/sdn/zones/{zone} | mtu=1450
        POST /cluster/sdn/zones | type=simple
        """u8;

    // The path of a file in an archive is Base64, its first part the archive.
    private static ReadOnlySpan<byte> Pbs => """
        GET /admin/datastore/{store}/pxar-file-download | filepath=L3Jvb3QucHhhci5kaWR4L2V0Yy9ob3N0bmFtZQ==
        POST /access/ticket | username=demo@pbs | password=env:SECRET
        POST /access/tfa/{userid} | type=recovery
        POST /admin/datastore/{store}/move-group | backup-type=vm | backup-id=100 | target-ns=archive
        PUT /access/acl | path=/datastore/store1 | auth-id=demo@pbs | role=DatastoreReader
        PUT /config/access/tfa/webauthn | rp=pbs.example.org | origin=https://pbs.example.org:8007 | id=pbs.example.org
        PUT /config/acme/plugins/{id} | validation-delay=60
        PUT /config/changer/{name} | export-slots=15,16
        PUT /config/drive/{name} | changer=changer1
        PUT /config/s3/{id} | region=eu-central-1
        PUT /nodes/{node}/dns | search=example.org | dns1=192.0.2.53
        PUT /nodes/{node}/network/{iface} | cidr=192.0.2.10/24 | gateway=192.0.2.1
        POST /nodes/{node}/apt/repositories | index=0 | path=/etc/apt/sources.list.d/proxmox.sources | enabled=1
        POST /tape/media/list/{uuid}/status | status=retired
        """u8;

    private static readonly Dictionary<string, string[]> s_pve = Read(Pve);

    private static readonly Dictionary<string, string[]> s_pbs = Read(Pbs);

    /// <summary>Returns the parameters and their values; empty if the schema is enough.</summary>
    /// <param name="product">The product.</param>
    /// <param name="call">The call, for example <c>PUT /pools</c>.</param>
    public static IEnumerable<(string Name, string Value)> Of(ProxmoxProduct product, string call) =>
        from option in (product == ProxmoxProduct.BackupServer ? s_pbs : s_pve).GetValueOrDefault(call, [])
        let name = option[..option.IndexOf('=', StringComparison.Ordinal)]
        select (name, option[(name.Length + 1)..]);

    private static Dictionary<string, string[]> Read(ReadOnlySpan<byte> table) =>
        TextTable.Rows(table).ToDictionary(static row => row[0], static row => row[1..], StringComparer.Ordinal);
}
