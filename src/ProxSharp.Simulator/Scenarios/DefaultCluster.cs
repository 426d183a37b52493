using System.Globalization;

namespace ProxSharp.Simulator.Scenarios;

/// <summary>The cluster a simulator shows if no scenario is given: three nodes, twelve guests, local and shared storage, a pool, two users, a token.</summary>
public static class DefaultCluster
{
    /// <summary>The password of <c>root@pam</c>.</summary>
    public const string RootPassword = "simulator-root";

    /// <summary>A user who administers guests.</summary>
    public const string DemoUser = "demo@pve";

    /// <summary>The password of <see cref="DemoUser"/>.</summary>
    public const string DemoPassword = "demo-password";

    /// <summary>The full id of the API token.</summary>
    public const string TokenId = "demo@pve!ci";

    /// <summary>The secret of the API token.</summary>
    public const string TokenSecret = "11111111-2222-3333-4444-555555555555";

    /// <summary>Builds it.</summary>
    public static void Build(ClusterBuilder cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        for (int node = 1; node <= 3; node++)
        {
            cluster.AddNode(string.Create(CultureInfo.InvariantCulture, $"pve{node}"), cores: 16, memory: 64L << 30);
        }

        AddStorages(cluster);
        cluster.WithUsualSoftware().AddPool("production", "What customers see");
        AddMachines(cluster);
        AddContainers(cluster);
        cluster
            .AddUser("root@pam", RootPassword)
            .AddUser(DemoUser, DemoPassword, "Demonstration user")
            .Grant("/", DemoUser, "PVEAdmin")
            .AddToken(DemoUser, "ci", TokenSecret)
            .Grant("/", TokenId, "PVEAdmin");
    }

    private static void AddStorages(ClusterBuilder cluster) => cluster
        .AddStorage("local", "dir", static storage =>
        {
            storage.Content.UnionWith(["backup", "import", "iso", "snippets", "vztmpl", "images", "rootdir"]);
            storage.Capacity = 100L << 30;
        })
        .AddStorage("local-lvm", "lvmthin", static storage => storage.Set("vgname", "pve").Set("thinpool", "data").Capacity = 800L << 30)
        .AddStorage("ceph", "rbd", static storage => storage.Set("pool", "vms").Capacity = 4L << 40)
        .AddFile("local", "iso", "debian-13.iso", 700L << 20)
        .AddFile("local", "vztmpl", "debian-13-standard_13.1-1_amd64.tar.zst", 130L << 20);

    private static void AddMachines(ClusterBuilder cluster)
    {
        Add(cluster, "pve1", 100, "web-1", "ceph:32", "web;prod", isRunning: true);
        Add(cluster, "pve2", 101, "web-2", "ceph:32", "web;prod", isRunning: true);
        Add(cluster, "pve1", 102, "db-1", "local-lvm:64", "db;prod", isRunning: true);
        Add(cluster, "pve3", 103, "db-2", "local-lvm:64", "db;prod", isRunning: true);
        Add(cluster, "pve2", 104, "build", "local-lvm:40", "ci", isRunning: true);
        Add(cluster, "pve3", 105, "windows", "ceph:80", "desktop", isRunning: false);
        Add(cluster, "pve1", 106, "staging", "local-lvm:20", "web", isRunning: false);
        cluster.AddVm("pve1", 9000, "debian-13-template", static vm =>
        {
            vm.IsTemplate = true;
            vm.Options["scsi0"] = "local-lvm:8";
            vm.Options["ide2"] = "local-lvm:cloudinit";
            vm.Options["net0"] = "virtio,bridge=vmbr0";
            vm.Options["boot"] = "order=scsi0";
            vm.Options["agent"] = "1";
            vm.Options["tags"] = "template";
        });
    }

    private static void AddContainers(ClusterBuilder cluster)
    {
        (string Node, int Id, string Name, bool Running)[] containers = [("pve1", 200, "dns", true), ("pve2", 201, "proxy", true), ("pve3", 202, "monitoring", true), ("pve2", 203, "wiki", false)];
        foreach ((string node, int id, string name, bool running) in containers)
        {
            cluster.AddContainer(node, id, name, container =>
            {
                container.IsRunning = running;
                container.Options["rootfs"] = "local-lvm:8";
                container.Options["net0"] = "name=eth0,bridge=vmbr0,ip=dhcp";
            });
        }
    }

    private static void Add(ClusterBuilder cluster, string node, int id, string name, string disk, string tags, bool isRunning) => cluster.AddVm(node, id, name, vm =>
    {
        vm.IsRunning = isRunning;
        vm.Pool = tags.Contains("prod", StringComparison.Ordinal) ? "production" : null;
        vm.Options["scsi0"] = disk;
        vm.Options["net0"] = "virtio,bridge=vmbr0,firewall=1";
        vm.Options["boot"] = "order=scsi0;net0";
        vm.Options["onboot"] = isRunning ? "1" : "0";
        vm.Options["agent"] = "1";
        vm.Options["serial0"] = "socket";
        vm.Options["tags"] = tags;
    });
}
