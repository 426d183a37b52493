using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Conformance.Tests;

/// <summary>The server that was recorded, as it was when recording began.</summary>
internal static class RecordedServer
{
    public const string RootPassword = "Proxmox-Root-1";

    public static readonly IReadOnlyDictionary<string, (string User, string Password)> Logins = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["root"] = ("root@pam", RootPassword),
        ["alice"] = ("alice@pve", "alice-secret-1"),
        ["bob"] = ("bob@pve", "bob-secret-1"),
        ["auditor"] = ("auditor@pve", "auditor-secret-1"),
    };

    public static readonly IReadOnlyDictionary<string, string> TokenSecrets = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["root@pam!ci"] = "865fbb4c-8df3-4ed8-a59a-d47c5837b4f3",
        ["alice@pve!auto"] = "fc6629ac-1ecd-442f-bc49-395ee44d24b0",
        ["alice@pve!sep"] = "0d8a1a3c-54a4-4d0e-8b5e-0d8c5c1f7a55",
        ["bob@pve!t1"] = "3f9a2f53-7d5b-4b1c-9be5-1e6d9b7f6c11",
    };

    public static void Build(ClusterBuilder cluster) => Build(cluster, hasSystem: false);

    /// <param name="cluster">Takes the description.</param>
    /// <param name="hasSystem">True if an operating system with the guest agent runs in the machine; none did when most calls were recorded.</param>
    public static void Build(ClusterBuilder cluster, bool hasSystem)
    {
        cluster
            .WithEmptyNewMachines()
            .WithoutInternet()
            .AddNode("pve1", cores: 2, memory: 25_276_026_880)
            .AddStorage("local", "dir", static storage =>
            {
                storage.Content.UnionWith(["backup", "images", "import", "iso", "rootdir", "snippets", "vztmpl"]);
                storage.Capacity = 270_553_174_016;
                storage.Set("prune-backups", "keep-all=1");
            })
            .AddFile("local", "vztmpl", "alpine-3.20-mini_20240101_amd64.tar.gz", 2_000_000)
            .AddPool("dev", "dev pool");
        AddPeople(cluster);
        AddGuests(cluster, hasSystem);
    }

    private static void AddPeople(ClusterBuilder cluster)
    {
        foreach ((string user, string password) in Logins.Values)
        {
            cluster.AddUser(user, password);
        }

        cluster
            .AddUser("alice@pve", "alice-secret-1", "admin user")
            .AddUser("bob@pve", "bob-secret-1", "no rights")
            .Grant("/", "alice@pve", "Administrator")
            .Grant("/", "auditor@pve", "PVEAuditor");
        foreach ((string token, string secret) in TokenSecrets)
        {
            string[] parts = token.Split('!');
            cluster.AddToken(parts[0], parts[1], secret, privilegeSeparation: parts[1] == "sep");
        }
    }

    private static void AddGuests(ClusterBuilder cluster, bool hasSystem) => cluster
        .AddVm("pve1", 100, "vm-a", vm =>
        {
            vm.Pool = "dev";
            vm.HasSystem = hasSystem;
            vm.IsRunning = true;
            vm.Options.Clear();
            (string, string)[] options =
            [
                ("name", "vm-a"), ("agent", "enabled=0"), ("boot", "order=scsi0"), ("cores", "1"), ("ide2", "none,media=cdrom"), ("kvm", "0"), ("memory", "128"),
                ("net0", "virtio,bridge=vmbr0"), ("scsi0", "local:2,format=qcow2"), ("scsihw", "virtio-scsi-single"), ("tags", "prod;web"),
            ];
            foreach ((string key, string value) in options)
            {
                vm.Options[key] = value;
            }
        })
        .AddContainer("pve1", 200, "ct-a", static container =>
        {
            container.IsRunning = true;
            container.Options.Clear();
            (string, string)[] options = [("hostname", "ct-a"), ("arch", "amd64"), ("ostype", "alpine"), ("memory", "128"), ("swap", "0"), ("rootfs", "local:1")];
            foreach ((string key, string value) in options)
            {
                container.Options[key] = value;
            }
        });
}
