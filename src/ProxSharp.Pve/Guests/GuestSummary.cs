using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// A guest as the cluster lists it: name, state and figures are up to 10 s old, and null where the server gives none, as of a guest that was just made. Node,
/// tags, lock and pool are of now. <see cref="GuestCollection.LookAsync(GuestSummary, CancellationToken)"/> tells the present name and state.
/// </summary>
public sealed record GuestSummary
{
    /// <summary>The number.</summary>
    public required VmId Id { get; init; }

    /// <summary>Virtual machine or container.</summary>
    public required GuestType Type { get; init; }

    /// <summary>The name of the VM or the host name of the container.</summary>
    public string? Name { get; init; }

    /// <summary>The node that holds it.</summary>
    public required string Node { get; init; }

    /// <summary>Running or stopped; <c>unknown</c> if the node does not answer.</summary>
    public GuestStatus Status { get; init; }

    /// <summary>True if name and state were asked of the guest or its node, and are not as old as the list of the cluster.</summary>
    public bool IsLive { get; init; }

    /// <summary>
    /// True if a task is known to be under way that brings it into another state, or to another node, than what is told: whoever would leave it out for that must not.
    /// Set by whoever looked: see <see cref="GuestCollection.ListChangingAsync"/>.
    /// </summary>
    public bool IsChanging { get; init; }

    /// <summary>
    /// True if it is a virtual machine that is paused: its state is running then, and it does nothing until it is resumed. False where nobody has looked at it:
    /// no list tells that, only <see cref="GuestCollection.LookAsync(GuestSummary, CancellationToken)"/>.
    /// </summary>
    public bool IsPaused { get; init; }

    /// <summary>True if it runs, be it paused.</summary>
    public bool IsRunning => Status == GuestStatus.Running;

    /// <summary>True if it is a template.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>The pool it belongs to.</summary>
    public string? Pool { get; init; }

    /// <summary>The tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Why it is locked; null if it is not.</summary>
    public string? Lock { get; init; }

    /// <summary>How long it has been running.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>The part of its CPUs that it uses: 1 is all of them.</summary>
    public double? CpuUsage { get; init; }

    /// <summary>How many CPUs it has.</summary>
    public double? CpuCount { get; init; }

    /// <summary>Used memory in bytes.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>Used part of the root disk in bytes; always 0 or null for VMs.</summary>
    public long? DiskUsed { get; init; }

    /// <summary>Size of the root disk in bytes.</summary>
    public long? DiskTotal { get; init; }

    /// <summary>The state of high availability; null without it.</summary>
    public string? HaState { get; init; }

    /// <summary>True if the guest itself was asked, which tells more than the list of its node does.</summary>
    internal bool IsLookedAt { get; init; }

    /// <summary>True if it may be paused, and nobody knows.</summary>
    internal bool MayBePaused => !IsLookedAt && IsRunning && Type == GuestType.Qemu;

    /// <summary>Returns kind, number, name and node.</summary>
    public override string ToString() => $"{(Type == GuestType.Lxc ? "container" : "VM")} {Id} ({Name}) on {Node}";

    /// <summary>Takes the guests out of the list of resources, in the order of their numbers.</summary>
    internal static IReadOnlyList<GuestSummary> Of(IReadOnlyList<ClusterResourcesItem> items, GuestType? type = null) =>
    [
        .. items.Where(item => item.VmId is not null && item.Node is not null && (type is null || item.Type.Value == type.Value.Value))
            .Select(Of).OrderBy(static guest => guest.Id.Value),
    ];

    private static GuestSummary Of(ClusterResourcesItem item) => new()
    {
        Id = new VmId((int)item.VmId!.Value),
        Type = new GuestType(item.Type.Value),
        Name = item.Name,
        Node = item.Node!,
        Status = new GuestStatus(item.Status ?? ""),
        IsTemplate = item.Template ?? false,
        Pool = item.Pool,
        Tags = item.Tags?.Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [],
        Lock = item.Lock,
        Uptime = item.Uptime is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        CpuUsage = item.Cpu,
        CpuCount = item.MaxCpu,
        MemoryUsed = item.Mem,
        MemoryTotal = item.MaxMem,
        DiskUsed = item.Disk,
        DiskTotal = item.MaxDisk,
        HaState = item.HaState,
    };
}
