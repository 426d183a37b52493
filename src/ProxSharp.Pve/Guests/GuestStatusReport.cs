using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a guest is doing: the part that VMs and containers have in common. Figures are null where the server gives none.</summary>
public abstract record GuestStatusReport
{
    private protected GuestStatusReport()
    {
    }

    /// <summary>The number of the guest.</summary>
    public required VmId Id { get; init; }

    /// <summary>The name of the VM or the host name of the container.</summary>
    public string? Name { get; init; }

    /// <summary>Running or stopped.</summary>
    public required GuestStatus Status { get; init; }

    /// <summary>True if the guest runs, be it paused.</summary>
    public bool IsRunning => Status == GuestStatus.Running;

    /// <summary>Why the guest is locked, for example <c>backup</c>; null if it is not.</summary>
    public string? Lock { get; init; }

    /// <summary>True if the guest is a template.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>The tags, as the server writes them: separated by semicolons.</summary>
    public string? Tags { get; init; }

    /// <summary>How long the guest has been running.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>The part of its CPUs that the guest uses: 1 is all of them.</summary>
    public double? CpuUsage { get; init; }

    /// <summary>How many CPUs the guest has.</summary>
    public double? CpuCount { get; init; }

    /// <summary>Used memory in bytes.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>Size of the root disk in bytes.</summary>
    public long? DiskTotal { get; init; }

    /// <summary>Used part of the root disk in bytes; always 0 or null for VMs.</summary>
    public long? DiskUsed { get; init; }

    /// <summary>Bytes received from the network since the start.</summary>
    public long? NetworkIn { get; init; }

    /// <summary>Bytes sent to the network since the start.</summary>
    public long? NetworkOut { get; init; }

    /// <summary>Bytes read from disks since the start.</summary>
    public long? DiskRead { get; init; }

    /// <summary>Bytes written to disks since the start.</summary>
    public long? DiskWritten { get; init; }

    /// <summary>The id of the guest's process on its node; null if it does not run.</summary>
    public long? ProcessId { get; init; }

    /// <summary>True if the guest is a resource of high availability.</summary>
    public bool IsHaManaged { get; init; }

    /// <summary>The state that high availability has the guest in, for example <c>started</c>, <c>migrate</c> or <c>error</c>; null without it.</summary>
    public string? HaState { get; init; }
}
