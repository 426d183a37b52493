using System.Globalization;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.Jobs;
using ProxSharp.Simulator.Sdn;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.State;

/// <summary>A simulated Proxmox VE cluster.</summary>
internal sealed class PveState : ServerState
{
    public PveState(ApiSchema schema, TimeProvider time, TimeSpan taskDuration, int seed)
        : base(schema, time, taskDuration, seed, new AccessDirectory(RoleCatalogue.Load("pve-roles.json"), tokensAlwaysSeparate: false))
    {
        Ha = new HaManager(this);
        Jobs = new JobScheduler(this);
    }

    public string ClusterName { get; set; } = "demo";

    public OrderedDictionary<string, ClusterNode> Nodes { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, Guest> Guests { get; } = [];

    public SortedDictionary<string, StorageDefinition> Storages { get; } = new(StringComparer.Ordinal);

    public VolumeStore Volumes { get; } = [];

    public SortedDictionary<string, ResourcePool> Pools { get; } = new(StringComparer.Ordinal);

    /// <summary>False if machines made by calls have empty disks: nothing in them heeds a shutdown request or runs the guest agent.</summary>
    public bool NewGuestsHaveSystem { get; set; } = true;

    /// <summary>False if the nodes can reach nothing outside: no certificate authority, no packages.</summary>
    public bool HasInternet { get; set; } = true;

    /// <summary>The container templates that can be downloaded, with their systems; none before the list was fetched.</summary>
    public List<(string Template, string System)> Appliances { get; } = [];

    /// <summary>What the cluster's log tells besides tasks, oldest first.</summary>
    public List<ClusterEvent> Events { get; } = [];

    /// <summary>Tells the cluster's log something.</summary>
    public void Tell(string user, string message) => Events.Add(new ClusterEvent(Now, LocalNode, user, message, 6));

    public override string LocalNode => Nodes.Count == 0 ? "pve" : Nodes.GetAt(0).Key;

    /// <summary>The fingerprint shown for every node: they all answer with the simulator's certificate.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>The certificate in PEM, as consoles hand it out.</summary>
    public string CertificatePem { get; set; } = "";

    /// <summary>The DNS domain of all nodes.</summary>
    public string Domain { get; set; } = "example.test";

    /// <summary>What goes wrong on purpose; null while the scenario is built.</summary>
    public FaultInjector? Faults { get; set; }

    /// <summary>How the guests looked when the status daemon last looked; null if lists are always fresh.</summary>
    public StatusSamples? Samples { get; set; }

    /// <summary>The high-availability manager.</summary>
    public HaManager Ha { get; }

    /// <summary>Software-defined networks; null while the scenario is built.</summary>
    public SdnConfig? Sdn { get; set; }

    /// <summary>What starts the jobs of the cluster.</summary>
    public JobScheduler Jobs { get; }

    /// <summary>Brings everything up to the present.</summary>
    public void Settle()
    {
        Samples?.Refresh(this);
        Jobs.Act();
        Tasks.Settle();
        Ha.Act();
    }

    /// <summary>Restarts a node: its tasks and guests die, and guests that start at boot are started.</summary>
    /// <param name="name">The node.</param>
    /// <param name="restarts">False if it stays off.</param>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    public void Reboot(string name, bool restarts = true)
    {
        if (!Nodes.TryGetValue(name, out ClusterNode? node))
        {
            throw new ArgumentException($"There is no node '{name}'.", nameof(name));
        }

        Tasks.Crash(name);
        foreach (Guest guest in Guests.Values.Where(guest => guest.Node == name && guest.IsRunning))
        {
            guest.Stop();
        }

        if (!restarts)
        {
            return;
        }

        node.BootedAt = Now;
        Tasks.Start(new TaskRequest(name, "startall", "", "root@pam")
        {
            Work = task =>
            {
                foreach (Guest guest in Guests.Values.Where(guest => guest.Node == name && !guest.IsRunning && guest.Lock is null && !guest.IsTemplate && guest.Config.GetValueOrDefault("onboot") == "1"))
                {
                    task.Write($"Starting {guest.Label}");
                    guest.Start(task.DueAt, task.Pid + guest.VmId);
                }
            },
        });
    }

    public Guest? FindGuest(int vmid, bool isContainer, string node) =>
        Guests.GetValueOrDefault(vmid) is { } guest && guest.IsContainer == isContainer && guest.Node == node ? guest : null;

    /// <summary>Brings a guest to another node. Its firewall belongs to it and to no node, whatever the path says.</summary>
    public void Move(Guest guest, string target)
    {
        string below = string.Create(CultureInfo.InvariantCulture, $"{(guest.IsContainer ? "lxc" : "qemu")}/{guest.VmId}/firewall");
        Collections.Move($"/nodes/{guest.Node}/{below}", $"/nodes/{target}/{below}");
        guest.Node = target;
    }

    /// <summary>Finds a guest or fails as the server does.</summary>
    public Guest GetGuest(ApiCall call)
    {
        bool isContainer = call.Endpoint.Path.StartsWith("/nodes/{node}/lxc/", StringComparison.Ordinal);
        int vmid = (int)(call.Integer("vmid") ?? 0);
        string node = call.PathValues["node"];
        return FindGuest(vmid, isContainer, node) ?? throw GuestMissing(vmid, isContainer, node);
    }

    public static ApiFault GuestMissing(int vmid, bool isContainer, string node) => ApiFault.Failed(string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"Configuration file 'nodes/{node}/{(isContainer ? "lxc" : "qemu-server")}/{vmid}.conf' does not exist"));

    public StorageDefinition GetStorage(string id) =>
        Storages.GetValueOrDefault(id) ?? throw ApiFault.Failed($"storage '{id}' does not exist");

    public string NewMac()
    {
        byte[] tail = new byte[3];
        Random.NextBytes(tail);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"BC:24:11:{tail[0]:X2}:{tail[1]:X2}:{tail[2]:X2}");
    }

    public string NewUuid()
    {
        byte[] bytes = new byte[16];
        Random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes).ToString();
    }

    protected override string? PoolOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["vms", string id] when int.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out int vmid) => Guests.GetValueOrDefault(vmid)?.Pool,
        ["storage", string id] => Pools.Values.FirstOrDefault(pool => pool.Storages.Contains(id))?.Id,
        _ => null,
    };
}
