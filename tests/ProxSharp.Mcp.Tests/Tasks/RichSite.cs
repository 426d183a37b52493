using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests.Tasks;

/// <summary>A site as a small company has it: three nodes, two dozen guests, a storage that fills up, a backup that failed, a backup server.</summary>
internal static class RichSite
{
    private const long Gibibyte = 1L << 30;

    /// <summary>What the people of this site let an agent do.</summary>
    public const string Policy = """
        {"version":1,
         "allow":[{"classes":["reversible","disruptive","destructive"]}],
         "protect":{"tags":["critical"]},
         "limits":{"targetsPerPlan":10,"mutationsPerHour":100,"concurrentTasks":4},
         "approval":{"reversible":"none","disruptive":"none","destructive":"elicitation"}}
        """;

    public static SessionOptions Options => new() { WithBackup = true, Policy = Policy, Cluster = Cluster, BackupServer = BackupServer };

    public static void Cluster(ClusterBuilder cluster)
    {
        cluster.Named("office");
        for (int node = 1; node <= 3; node++)
        {
            cluster.AddNode(string.Create(CultureInfo.InvariantCulture, $"pve{node}"), cores: 32, memory: 128 * Gibibyte);
        }

        cluster
            .AddStorage("local", "dir", static storage => storage.Capacity = 100 * Gibibyte)
            .AddStorage("ceph", "rbd", static storage => storage.Set("pool", "vms").Capacity = 8192 * Gibibyte)
            .AddStorage("nas", "nfs", static storage =>
            {
                storage.Set("server", "192.0.2.10").Set("export", "/backup").IsShared = true;
                storage.Content.Add("backup");

                // The simulator takes volumes for a quarter full.
                storage.Capacity = 280 * Gibibyte;
            })
            .AddPool("production", "What customers see")
            .AddPool("office", "Our own machines");
        AddGuests(cluster);
        AddBackups(cluster);
        cluster
            .AddUser("root@pam", DefaultCluster.RootPassword)
            .AddUser("alice@pve", "secret-1", "Operations", "operators")
            .AddUser("bob@pve", "secret-2", "Development", "developers")
            .AddUser("carol@pve", "secret-3", "Audit")
            .AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword, "The agent")
            .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
            .Grant("/vms", "alice@pve", "PVEVMAdmin")
            .Grant("/pool/office", "bob@pve", "PVEVMUser")
            .Grant("/", "carol@pve", "PVEAuditor")
            .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
            .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
    }

    public static void BackupServer(BackupServerBuilder server)
    {
        server
            .AddDatastore("main", capacity: 4096 * Gibibyte, comment: "All backups", namespaces: ["office"])
            .AddDatastore("offsite", capacity: 8192 * Gibibyte)
            .AddUser("root@pam", DefaultBackupServer.RootPassword)
            .AddUser(DefaultBackupServer.DemoUser, DefaultBackupServer.DemoPassword, "The agent")
            .Grant("/", DefaultBackupServer.DemoUser, "Admin")
            .AddToken(DefaultBackupServer.DemoUser, "ci", DefaultBackupServer.TokenSecret)
            .Grant("/", DefaultBackupServer.TokenId, "Admin");
        DateTimeOffset night = DateTimeOffset.UtcNow.Date.AddHours(-22);
        for (int day = 0; day < 7; day++)
        {
            foreach (string vm in new[] { "100", "101", "110" })
            {
                server.AddSnapshot("main", "vm", vm, night.AddDays(-day), owner: DefaultBackupServer.DemoUser);
            }

            server.AddSnapshot("main", "host", "files", night.AddDays(-day).AddHours(1), size: Gibibyte, owner: DefaultBackupServer.DemoUser);
        }

        // This one stopped making backups two weeks ago, and nobody noticed.
        server.AddSnapshot("main", "vm", "120", night.AddDays(-15), owner: DefaultBackupServer.DemoUser, ns: "office");
        server.AddSnapshot("offsite", "vm", "100", night, owner: DefaultBackupServer.DemoUser);
    }

    /// <summary>Lets the night's backup of one guest fail.</summary>
    public static async Task FailBackupAsync(AgentSession session)
    {
        session.Pve.Faults.FailTask(new TaskFault { Type = "vzdump", Text = "job errors: no space left on device" });
        ApiParameters parameters = new() { { "vmid", 110 }, { "storage", "nas" }, { "mode", "snapshot" } };
        string upid = (await session.Other.Raw.PostAsync("/nodes/pve2/vzdump", parameters)).Data.GetString()!;
        await session.Other.Tasks[upid].WaitForCompletionAsync(new ProxSharp.Tasks.TaskWaitOptions { ThrowOnFailure = false });
    }

    private static void AddGuests(ClusterBuilder cluster)
    {
        for (int i = 0; i < 6; i++)
        {
            AddMachine(cluster, 1 + (i % 3), 100 + i, $"web-{i + 1}", 4, 8, "web;patch", "production", isRunning: true);
        }

        for (int i = 0; i < 4; i++)
        {
            AddMachine(cluster, 1 + ((i + 1) % 3), 110 + i, $"db-{i + 1}", 8, 32, i == 2 ? "db;critical" : "db", "production", isRunning: true);
        }

        for (int i = 0; i < 6; i++)
        {
            AddMachine(cluster, 1 + (i % 3), 120 + i, $"office-{i + 1}", 2, 4, "office", "office", isRunning: i < 4);
        }

        for (int i = 0; i < 4; i++)
        {
            int id = 200 + i;
            cluster.AddContainer($"pve{1 + (i % 3)}", id, $"service-{i + 1}", container =>
            {
                container.IsRunning = true;
                container.Options["rootfs"] = "ceph:8";
                container.Options["net0"] = "name=eth0,bridge=vmbr0,ip=dhcp";
            });
        }
    }

    private static void AddBackups(ClusterBuilder cluster)
    {
        DateTimeOffset night = DateTimeOffset.UtcNow.Date.AddHours(-22);
        foreach ((int vmid, int size) in new[] { (100, 20), (101, 22), (110, 180), (111, 170), (900, 210), (901, 190), (902, 150) })
        {
            string time = night.ToString("yyyy_MM_dd-HH_mm_ss", CultureInfo.InvariantCulture);
            cluster.AddFile("nas", "backup", string.Create(CultureInfo.InvariantCulture, $"vzdump-qemu-{vmid}-{time}.vma.zst"), size * Gibibyte);
        }
    }

    private static void AddMachine(ClusterBuilder cluster, int node, int vmid, string name, int cores, int gibibytes, string tags, string pool, bool isRunning) =>
        cluster.AddVm($"pve{node}", vmid, name, vm =>
        {
            vm.IsRunning = isRunning;
            vm.Pool = pool;
            vm.Options["cores"] = cores.ToString(CultureInfo.InvariantCulture);
            vm.Options["memory"] = (gibibytes * 1024).ToString(CultureInfo.InvariantCulture);
            vm.Options["scsi0"] = "ceph:32";
            vm.Options["net0"] = "virtio,bridge=vmbr0,firewall=1";
            vm.Options["agent"] = "1";
            vm.Options["tags"] = tags;
        });
}
