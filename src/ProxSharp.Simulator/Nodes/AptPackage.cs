namespace ProxSharp.Simulator.Nodes;

/// <summary>A package as a node knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Installed">The version that is installed; null if none is.</param>
/// <param name="Candidate">The version that would be installed.</param>
/// <param name="Section">Its section.</param>
/// <param name="Origin">Who makes it.</param>
/// <param name="Title">What it is.</param>
/// <param name="IsNews">True if the newer version is known only after the lists were refreshed.</param>
internal sealed record AptPackage(string Name, string? Installed, string Candidate, string Section, string Origin, string Title, bool IsNews = false)
{
    private const string Vendor = "Proxmox";

    /// <summary>What a node tells of its own software, in the order of the report.</summary>
    public static readonly IReadOnlyList<AptPackage> Own =
    [
        new("proxmox-ve", "9.2.0", "9.2.0", "admin", Vendor, "Proxmox Virtual Environment"),
        new("pve-manager", "9.2.11", "9.2.12", "admin", Vendor, "Virtual Environment management tools", IsNews: true),
        new("ceph-fuse", null, "19.2.3-pve2", "admin", "Debian", "FUSE-based client for the Ceph distributed file system"),
        new("corosync", "3.1.9-pve2", "3.1.9-pve2", "admin", Vendor, "cluster engine daemon and utilities"),
        new("ifupdown2", "3.3.0-1+pmx11", "3.3.0-1+pmx11", "admin", Vendor, "network interface management tool"),
        new("libpve-access-control", "9.1.1", "9.1.1", "perl", Vendor, "access control library"),
        new("libpve-common-perl", "9.2.1", "9.2.1", "perl", Vendor, "base library"),
        new("libpve-storage-perl", "9.1.7", "9.1.7", "perl", Vendor, "storage management library"),
        new("lxc-pve", "6.0.5-3", "6.0.5-3", "admin", Vendor, "container tools"),
        new("proxmox-backup-client", "4.2.1-1", "4.2.1-1", "admin", Vendor, "backup client"),
        new("pve-cluster", "9.1.6", "9.1.6", "admin", Vendor, "cluster file system"),
        new("pve-container", "6.1.10", "6.1.10", "perl", Vendor, "container management tool"),
        new("pve-firewall", "6.0.4", "6.0.4", "admin", Vendor, "firewall"),
        new("pve-ha-manager", "5.0.8", "5.0.8", "perl", Vendor, "high availability manager"),
        new("pve-http-server", "6.0.5", "6.0.5", "perl", Vendor, "HTTP server of the API"),
        new("pve-qemu-kvm", "10.1.2-5", "10.1.2-5", "admin", Vendor, "full virtualization"),
        new("qemu-server", "9.2.6", "9.2.7", "admin", Vendor, "machine management tool", IsNews: true),
        new("zfsutils-linux", "2.3.4-pve1", "2.3.4-pve1", "admin", Vendor, "command-line tools of OpenZFS"),
    ];

    /// <summary>Packages of the distribution that can be upgraded.</summary>
    public static readonly IReadOnlyList<AptPackage> Others =
    [
        new("libssl3t64", "3.5.1-1", "3.5.1-1+deb13u1", "libs", "Debian", "Secure Sockets Layer toolkit - shared libraries"),
        new("openssh-client", "1:10.0p1-7", "1:10.0p1-7+deb13u1", "net", "Debian", "secure shell client"),
        new("base-files", "13.8", "13.8+deb13u1", "admin", "Debian", "base system files", IsNews: true),
    ];
}
