namespace ProxSharp.Simulator.Shapes;

/// <content>The samples.</content>
internal sealed partial class TextSamples
{
    private const string Fingerprint = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";
    private const string Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    // Tried in this order against patterns: the first that fits is taken.
    private static readonly string[] s_candidates =
    [
        "text", "demo", "sample1", "1", "10", "100", "60", "root@pam", "demo@pve", "demo@pbs", "demo@pbs!ci", "demo@pve!ci", Sha256, Fingerprint,
        "11111111-2222-4333-8444-555555555555", "UPID:pbs:00000010:00000020:00000001:66000000:verify:store1:root@pam:", "192.0.2.10", "192.0.2.0/24",
        "2001:db8::1", "2001:db8::/64", "host.example.org", "https://host.example.org/path", "http://host.example.org/path", "http://host.example.org",
        "/dev/sda", "sda", "sda1", "nvme0n1", "/", "/datastore/store1", "2026-01-01", "2026-01-01 00:00:00", "00:00", "1/day", "100-0", "1G", "32M", "0x0123456789abcdef",
        "0x1234", "1234:5678", "0000:00:00.0", "01:00.0", "00:00", "1-1", "scsi0", "net0=1500", "pc-q35-9.0", "q35", "now", "/var/tmp/pveupload-0123456789abcdef",
        "0755", "ceph", "mon.a", "0..3", "key=value", "49.0001.1921.6800.1001.00", "data=", "AAAA", "acdn", "a", "ab", "abc", "pve1-0123456789", "pve1c-0123456789",
        "pve2c-0123456789", "/dev/parport0", "/dev/net/tun", "socket", "user:123456", "docker.io/library/alpine:latest", "library/alpine:latest", "discard", "acl", "none", "1.0",
        "+aes", "u:0:100000:65536", "passthrough", "host/demo/2026-01-01T00:00:00Z", "store1:host/demo/2026-01-01T00:00:00Z", "store1", "all", "ISO", "type:host",
        "group:host/demo", "include:type:host", "regex:.*", "{{bucket}}.{{region}}.example.org", "s3.example.org", "", "0", "2",
    ];

    private static string? Named(string name) => name switch
    {
        "node" or "nodename" => "pve1",
        "userid" or "user" or "username" => "demo@pve",
        "storage" => "local",
        "store" => "store1",
        "disk" => "scsi0",
        "comment" or "description" => "sample",
        "upid" => "UPID:pve1:00003007:00040000:66000000:qmstart:100:root@pam:",
        "digest" => "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "volid" or "volume" => "local:iso/debian-13.iso",
        "iface" => "vmbr0",
        "fingerprint" => Fingerprint,
        "timezone" => "UTC",
        "path" => "/mnt/data",
        "reference" => "library/alpine:latest",
        "url" => "https://host.example.org/file.iso",
        "filename" => "file.iso",
        "poolid" => "production",
        "realm" => "pve",
        _ => null,
    };

    private static string? Formatted(string format) => format switch
    {
        "CIDR" or "CIDRv4" or "FullRangeCIDR" or "IPorCIDR" or "IPorCIDRorAlias" => "192.0.2.0/24",
        "CIDRv6" => "2001:db8::/64",
        "address" or "address-list" or "ip" or "ip-list" or "ipv4" => "192.0.2.10",
        "ipv4mask" => "255.255.255.0",
        "ipv6" => "2001:db8::1",
        "bridge-pair-list" => "vmbr0:vmbr0",
        "storage-pair-list" => "local:local",
        "disk-size" => "8G",
        "dns-name" or "dns-name-list" or "pve-storage-server" or "pve-storage-portal-dns" or "pve-storage-portal-dns-list" => "host.example.org",
        "email-list" or "email-opt" or "email-or-username" or "email-or-username-list" => "demo@example.org",
        "graphite-path" => "proxmox",
        "ldap-simple-attr" or "ldap-simple-attr-list" => "uid",
        "mac-addr" => "BC:24:11:00:00:01",
        "mac-prefix" => "BC:24:11",
        "pem-certificate" or "pem-certificate-chain" or "pem-string" => Certificate,
        "proxmox-remote" => $"host=192.0.2.20,apitoken=PVEAPIToken=root@pam!ci=secret,fingerprint={Fingerprint}",
        "prune-backups" => "keep-last=3",
        "pve-acme-alias" or "pve-acme-domain" or "pve-acme-domain-list" => "host.example.org",
        "pve-bridge-id" or "pve-bridge-id-list" or "pve-iface" or "pve-iface-list" => "vmbr0",
        "pve-calendar-event" => "02:30",
        "pve-command-batch" => """[{"method":"GET","path":"version"}]""",
        "pve-configid" or "pve-configid-list" or "pve-groupid" or "pve-groupid-list" or "pve-poolid" or "pve-sdn-fabric-id"
            or "pve-sdn-prefix-list-id" or "pve-sdn-route-map-id" or "pve-tokenid-list" => "sample",
        "pve-cpuset" => "0-3",
        "pve-ct-timezone" => "host",
        "pve-day-of-week-list" => "mon",
        "pve-fw-addr-spec" => "192.0.2.0/24",
        "pve-fw-conntrack-helper" => "ftp",
        "pve-fw-dport-spec" or "pve-fw-sport-spec" => "22",
        "pve-fw-icmp-type-spec" => "echo-request",
        "pve-fw-protocol-spec" => "tcp",
        "pve-ha-node-list" or "pve-node" or "pve-node-list" => "pve1",
        "pve-ha-resource-id-list" or "pve-ha-resource-or-vm-id" => "vm:100",
        "pve-hotplug-features" => "network,disk",
        "pve-ipv4-config" => "dhcp",
        "pve-ipv6-config" => "auto",
        "pve-phys-bits" => "host",
        "pve-priv-list" => "VM.Audit",
        "pve-qm-boot" => "order=scsi0",
        "pve-qm-bootdev-list" or "pve-qm-bootdisk" => "scsi0",
        "pve-qm-ipconfig" => "ip=dhcp",
        "pve-realm" => "pve",
        "pve-replication-job-id" => "100-0",
        "pve-roleid" or "pve-roleid-list" => "PVEAuditor",
        "pve-sdn-bgp-rt-list" => "65000:100",
        "pve-sdn-dhcp-range" => "start-address=192.0.2.10,end-address=192.0.2.20",
        "pve-sdn-isis-net" => "49.0001.1921.6800.1001.00",
        "pve-sdn-subnet-id" => "192.0.2.0/24",
        "pve-startup-order" => "order=1",
        "pve-storage-content" or "pve-storage-content-list" => "images",
        "pve-storage-id" or "pve-storage-id-list" => "local",
        "pve-storage-options" => "vers=4.2",
        "pve-storage-path" => "/mnt/data",
        "pve-storage-vgname" => "pve",
        "pve-storage-zfs-blocksize" => "16k",
        "pve-tag-list" => "demo",
        "pve-task-status-type-list" => "ok",
        "pve-userid" or "pve-userid-list" => "demo@pve",
        "pve-vlan-id-or-range-list" => "2-4094",
        "pve-vm-cpu-conf" => "host",
        "pve-vmid" or "pve-vmid-list" => "100",
        "pve-volume-id" or "pve-volume-id-or-qm-path" => "local:iso/debian-13.iso",
        "pve-volume-id-or-absolute-path" => "/mnt/data",
        "string-list" => "one",
        "urlencoded" => "ssh-ed25519%20AAAA%20demo",
        "pve-lxc-mp-string" => "local:1",
        "lxc-ip-with-ll-iface-list" => "192.0.2.53",
        _ => null,
    };
}
