namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>What is usual under the name of a parameter, for examples. Data and a look-up.</summary>
internal static class ExampleWords
{
    /// <summary>A universally unique identifier.</summary>
    public const string Uuid = "7c6e3a0e-52f5-4a5c-9d5b-0a1b2c3d4e5f";

    /// <summary>What the same name stands for below different paths; the first path that is in that of the call counts.</summary>
    // The tags of a reference are what is asked for at query-oci-repo-tags, so that the name has none there.
    private static ReadOnlySpan<byte> Placed => """
        reference | query-oci-repo-tags | docker.io/library/alpine
        name | /firewall/ipset | blocklist
        name | /firewall/aliases | office
        name | /disks/directory | backup-disk
        name | /disks/lvmthin | thin1
        name | /disks/lvm | vg1
        name | /disks/zfs | tank
        name | /ceph/fs | cephfs
        name | /ceph/mds | pve1
        name | /ceph/pool | vm-disks
        name | /metrics/ | influx1
        name | /metricserver | influx1
        name | /notifications/endpoints/gotify | gotify-ops
        name | /notifications/endpoints/webhook | chat-ops
        name | /notifications/endpoints | mail-ops
        name | /notifications/matchers | only-errors
        name | /notifications/targets | mail-ops
        name | /notifications | mail-ops
        name | /acme/account | default
        name | /changer | changer1
        name | /drive | drive1
        name | /media-pool | weekly
        name | /remote | pbs-offsite
        name | /traffic-control | office-hours
        name | /namespace | offsite
        name | /datastore | store1
        name | /prefix-list | trusted-nets
        name | /qemu | web-9
        name | /snapshot | before-upgrade
        id | /config/verify | verify-daily
        id | /admin/verify | verify-daily
        id | /config/prune | prune-daily
        id | /admin/prune | prune-daily
        id | /config/sync | sync-daily
        id | /admin/sync | sync-daily
        id | /tape-backup-job | tape-weekly
        id | /tape/backup | tape-weekly
        id | /acme/plugins | cloudflare
        id | /config/s3 | s3-offsite
        id | /tfa | totp
        id | /metrics | influx1
        id | /mapping/dir | share1
        id | /mapping/usb | dongle1
        id | /mapping | gpu1
        id | /realm-sync | ldap-daily
        id | /cluster/backup | backup-daily
        id | /replication | 100-0
        id | /ceph/mgr | pve1
        id | /sdn/fabrics | fab1
        id | /sdn/prefix-lists | trusted
        id | /sdn/route-maps | rm1
        group | /ha/ | prefer-pve1
        group | /firewall/groups | webserver
        pool | /ceph | vm-disks
        pool | /tape | weekly
        pool | /media | weekly
        pool | /storage | tank/vms
        service | /admin | proxmox-backup-proxy
        backup-type | /catalog | host
        backup-type | /download | host
        backup-type | /pxar-file-download | host
        volume | /file-restore | backup/vm/100/2026-01-01T02:00:00Z
        volume | /import-metadata | web-1.ova/web-1.ovf
        volume | /content | local:iso/alpine-3.22.iso
        volume | /extractconfig | local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst
        name | /apt | pve-manager
        name | /encryption-keys | offsite-2026
        id | /encryption-keys | offsite-2026
        id | /ceph | 0
        idlist | /unlink | unused0
        type | /plugins | dns
        server | /scan/nfs | nfs.example.org
        server | /scan/cifs | files.example.org
        server | /scan/pbs | pbs.example.org
        server | /metrics | influx.example.org
        server | /notifications/endpoints/gotify | https://gotify.example.org
        server | /notifications/endpoints/smtp | mail.example.org
        url | /sdn/dns | https://dns.example.org:8081/api/v1/servers/localhost
        url | /sdn/ipams | https://netbox.example.org/api
        url | /metrics | https://influx.example.org:8086
        url | /notifications | https://chat.example.org/hook
        url | /download-url | https://example.org/debian-13.iso
        url | /query-url-metadata | https://example.org/debian-13.iso
        filename | /content | vm-100-disk-1
        filename | /download-url | debian-13.iso
        filename | /oci-registry-pull | alpine
        index | /apt/repositories | 0
        path | /apt/repositories | /etc/apt/sources.list.d/proxmox.sources
        path | /changer | /dev/tape/by-id/scsi-changer1
        path | /drive | /dev/tape/by-id/scsi-drive1
        path | /datastore | /mnt/datastore/store1
        key | /subscription | pve2c-0123456789
        key | /sendkey | ctrl-alt-delete
        command | /monitor | info status
        command | /agent | ping
        command | /status | reboot
        command | /execute | upgrade
        key | /ceph/config | osd_pool_default_size
        flag | /ceph/flags | noout
        ipam | /sdn/ipams/{ipam}/status | pve
        ipam | /sdn/ipams | netbox1
        realm | /access/openid | sso
        realm | /config/access/ | corp
        realm | /access/domains | corp
        username | /scan/pbs | demo@pbs
        file | /agent/file-write | /tmp/hello.txt
        file | /agent | /etc/hostname
        username | /agent/set-user-password | ada
        content | /agent | hello
        ns | /namespace | offsite
        type | /sdn/dns | powerdns
        """u8;

    /// <summary>What is usual wherever the name stands; the first that fits is taken.</summary>
    private static ReadOnlySpan<byte> Values => """
        node | pve1
        storage | local
        realm | pve
        upid | UPID:pve1:000003E8:00001000:65000000:qmstart:100:root@pam: | UPID:pbs1:000003E8:00001000:00000001:65000000:garbage_collection:store1:root@pam:
        iface | vmbr0
        userid | demo@pve | demo@pbs
        authid | demo@pve | demo@pbs
        auth-id | demo@pbs
        username | demo@pve | demo@pbs
        new-owner | demo@pbs
        store | store1
        remote | pbs-offsite
        remote-store | offsite1
        snapname | before-upgrade
        path | /vms | /datastore/store1
        sid | vm:100
        vmid | 100
        vmids | 100
        idlist | 100,101
        backup-id | 100
        backup-time | 1767232800
        target | pve2
        privs | VM.Audit | Datastore.Audit
        roles | PVEAuditor
        roleid | Operators
        groupid | admins
        poolid | web
        tokenid | ci
        token-name | ci
        contact | admin@example.org
        from-address | pve@example.org | pbs@example.org
        schedule | daily
        timezone | Europe/Vienna
        cidr | 192.0.2.0/24
        prefix | 192.0.2.0/24
        network | 192.0.2.0/24
        ip | 192.0.2.10
        mac | BC:24:11:00:00:01
        host | 192.0.2.20 | 192.0.2.20:8089
        hostname | pve1.example.org
        server | 192.0.2.53 | server.example.org
        server1 | dc1.example.org
        portal | 192.0.2.30:3260 | 192.0.2.30
        port | 8089 | 5900
        url | https://example.org/debian-13.iso
        redirect-url | https://pve1.example.org:8006 | https://pbs1.example.org:8007
        issuer-url | https://login.example.org
        client-id | proxmox
        base-dn | dc=example,dc=org
        base_dn | dc=example,dc=org
        user-attr | uid
        user_attr | uid
        domain | example.org
        search | example.org
        endpoint | s3.example.org
        bucket | backups
        access-key | AKIA0123456789EXAMPLE
        api | cf
        action | ACCEPT
        service | pveproxy | proxmox-backup-proxy
        ds | cpu
        cputype | custom-x86
        clustername | lab
        disk | /dev/sdb | sdb
        dev | /dev/sdb
        device | /dev/sdb | sdb
        devices | /dev/sdb | sdb
        drive | drive1
        changer | changer1
        label-text | TAPE01
        media-set | 7c6e3a0e-52f5-4a5c-9d5b-0a1b2c3d4e5f
        vg | vg1
        vgname | vg1
        volume-group | vg1
        monid | pve1
        template | debian-13-standard_13.1-2_amd64.tar.zst
        pci-id-or-mapping | 0000:01:00.0
        filepath | Lw==
        file-name | root.pxar.didx
        notes | verified by hand
        comment | looked after by Ada
        description | looked after by Ada
        ns | offsite
        target-ns | archive
        vncticket | PVEVNC:65000000::c2lnbmF0dXJl
        config-keys | global:fsid
        handle | no-subscription
        reference | docker.io/library/alpine:latest | docker.io/library/alpine
        size | 4G
        map | node=pve1,path=0000:01:00.0,id=10de:1234 | node=pve1,id=1234:abcd | node=pve1,path=/srv/share
        target-bridge | vmbr0
        target-storage | local-lvm
        resources | vm:100
        nodes | pve1
        rule | web-apart
        fabric_id | fab1
        fabric | fab1
        node_id | pve1
        zone | zone1
        vnet | vnet1
        subnet | zone1-192.0.2.0-24 | 192.0.2.0/24
        ipam | pve | netbox1
        dns | dns1
        controller | evpn1
        route-map-id | rm1
        url_seq | 10
        s3-endpoint-id | s3-offsite
        hint | the one in the safe
        commands | [{"method":"GET","path":"version"}]
        """u8;

    private static readonly string[][] s_placed = TextTable.Rows(Placed);

    private static readonly string[][] s_values = TextTable.Rows(Values);

    /// <summary>Returns what is usual, the best first.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="path">The path of the call.</param>
    public static IEnumerable<string> Of(string name, string path) =>
    [
        .. s_placed.Where(row => row[0] == name && path.Contains(row[1], StringComparison.Ordinal)).Select(static row => row[2]),
        .. s_values.Where(row => row[0] == name).SelectMany(static row => row.Skip(1)),
    ];
}
