using System.Globalization;

namespace ProxSharp.Simulator.Scenarios;

/// <summary>A cluster of any size, to try what many guests do to a program: machines and containers with tags, pools and loads, always the same.</summary>
public static class LargeCluster
{
    /// <summary>The most guests.</summary>
    public const int MostGuests = 20_000;

    /// <summary>The most nodes: no real cluster is recommended to have more.</summary>
    public const int MostNodes = 64;

    private static readonly string[] s_roles = ["web", "db", "cache", "queue", "mail", "build", "dns", "proxy", "app", "vdi"];
    private static readonly string[] s_stages = ["prod", "staging", "test", "dev"];

    /// <summary>Returns what builds it: users, token and storages are those of <see cref="DefaultCluster"/>.</summary>
    /// <param name="guests">How many guests there are, 0 to <see cref="MostGuests"/>; every fifth is a container, a quarter is stopped.</param>
    /// <param name="nodes">How many nodes there are, 1 to <see cref="MostNodes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of bounds.</exception>
    public static Action<ClusterBuilder> Of(int guests, int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(guests);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guests, MostGuests);
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes, MostNodes);
        return cluster => Build(cluster, guests, nodes);
    }

    private static void Build(ClusterBuilder cluster, int guests, int nodes)
    {
        for (int node = 1; node <= nodes; node++)
        {
            cluster.AddNode(NodeName(node), cores: 128, memory: 1024L << 30);
        }

        cluster.AddStorage("local", "dir", static storage =>
        {
            storage.Content.UnionWith(["backup", "import", "iso", "snippets", "vztmpl", "images", "rootdir"]);
            storage.Capacity = 100L << 30;
        }).AddStorage("ceph", "rbd", static storage => storage.Set("pool", "vms").Capacity = 2048L << 40);
        foreach (string stage in s_stages)
        {
            cluster.AddPool(stage, $"Everything of the stage {stage}");
        }

        for (int i = 0; i < guests; i++)
        {
            AddGuest(cluster, i, NodeName((i % nodes) + 1));
        }

        cluster
            .AddUser("root@pam", DefaultCluster.RootPassword)
            .AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword, "Demonstration user")
            .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
            .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
            .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
    }

    private static void AddGuest(ClusterBuilder cluster, int index, string node)
    {
        string role = s_roles[index % s_roles.Length];
        string stage = s_stages[index / s_roles.Length % s_stages.Length];
        string name = string.Create(CultureInfo.InvariantCulture, $"{role}-{stage}-{index:00000}");
        int vmid = 100 + index;
        bool isContainer = index % 5 == 4;
        void Configure(GuestBuilder guest)
        {
            guest.IsRunning = index % 4 != 3;
            guest.Pool = stage;
            guest.Options["tags"] = $"{role};{stage}";
            guest.Options[isContainer ? "rootfs" : "scsi0"] = "ceph:8";
        }

        if (isContainer)
        {
            cluster.AddContainer(node, vmid, name, Configure);
        }
        else
        {
            cluster.AddVm(node, vmid, name, Configure);
        }
    }

    private static string NodeName(int number) => string.Create(CultureInfo.InvariantCulture, $"pve{number}");
}
