using System.Globalization;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Guests that a test makes for itself.</summary>
internal static class TestGuests
{
    private static int s_names;

    /// <summary>Looks often: simulated tasks are short.</summary>
    public static TaskWaitOptions Fast { get; } = new() { MinInterval = TimeSpan.FromMilliseconds(10), MaxInterval = TimeSpan.FromMilliseconds(250) };

    /// <summary>Looks often.</summary>
    public static GuestWaitOptions FastGuest { get; } = new() { Interval = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromSeconds(30) };

    public static string NewName() => string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref s_names)}-{Environment.ProcessId}");

    public static VmSpec Spec(PveCluster cluster) => new()
    {
        Name = NewName(),
        Cores = 1,
        Memory = 64,
        OsType = QemuOsType.L26,
        Scsi = [new(0, VmSpec.NewDisk(cluster.Storage, DiskSize.FromGibibytes(1)) with { Format = QemuDiskFormat.Qcow2 })],
        Net = [new(0, new QemuNet { Model = NetworkModel.Virtio, Bridge = "vmbr0" })],
    };

    public static Task<Vm> NewVmAsync(PveCluster cluster, Func<VmSpec, VmSpec>? change = null) =>
        cluster.Pve.Nodes[cluster.Node].Vms.CreateAsync((change ?? (static spec => spec))(Spec(cluster))).WaitForCompletionAsync(Fast);

    public static Task<Container> NewContainerAsync(PveCluster cluster, Func<ContainerSpec, ContainerSpec>? change = null) =>
        cluster.Pve.Nodes[cluster.Node].Containers.CreateAsync((change ?? (static spec => spec))(SpecOfContainer(cluster))).WaitForCompletionAsync(Fast);

    public static ContainerSpec SpecOfContainer(PveCluster cluster) => new()
    {
        Template = "local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst",
        HostName = NewName(),
        Cores = 1,
        Memory = 64,
        Unprivileged = true,
        RootFs = ContainerSpec.NewRootFs(cluster.Storage, DiskSize.FromGibibytes(1)),
        Net = [new(0, new LxcNetwork { Name = "eth0", Bridge = "vmbr0", Ip = "dhcp" })],
    };

    /// <summary>What came in since there were a number of requests; the simulator keeps the latest thousand.</summary>
    public static IEnumerable<SimulatedRequest> RequestsSince(this PveSimulator simulator, long before)
    {
        long since = simulator.Traffic.RequestCount - before;
        IReadOnlyList<SimulatedRequest> kept = simulator.Traffic.Requests;
        Assert.True(since <= kept.Count, "Too many requests to look back.");
        return kept.TakeLast((int)since);
    }

    public static Task RemoveAsync(Guest guest) => guest.DeleteAsync(new GuestDeleteOptions { Purge = true }).WaitForCompletionAsync(Fast);

    public static async Task DoneAsync(Task<PveTask> task) => await (await task).WaitForCompletionAsync(Fast);

    public static Task DoneAsync(bool sync, Func<PveTask> call, Func<Task<PveTask>> callAsync)
    {
        if (!sync)
        {
            return DoneAsync(callAsync());
        }

        call().WaitForCompletion(Fast);
        return Task.CompletedTask;
    }
}
