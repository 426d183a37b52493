using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a virtual machine is doing.</summary>
public sealed record VmStatus : GuestStatusReport
{
    /// <summary>The state as QEMU has it, for example <c>paused</c> or <c>prelaunch</c>; null if the server does not say.</summary>
    public string? QemuStatus { get; init; }

    /// <summary>True if the VM is paused.</summary>
    public bool IsPaused => QemuStatus == "paused";

    /// <summary>True if the guest agent is switched on in the configuration.</summary>
    public bool HasAgent { get; init; }

    /// <summary>True if the VM has a SPICE display.</summary>
    public bool HasSpice { get; init; }

    /// <summary>Memory in bytes that the VM takes on its host, overhead included.</summary>
    public long? HostMemory { get; init; }

    /// <summary>The machine type the VM runs with.</summary>
    public string? RunningMachine { get; init; }

    /// <summary>The version of QEMU the VM runs with.</summary>
    public string? RunningQemu { get; init; }

    internal static VmStatus Of(VmId id, NodesQemuStatusCurrentResult result) => new()
    {
        Id = id,
        Name = result.Name,
        Status = result.Status,
        QemuStatus = result.Qmpstatus,
        Lock = result.Lock,
        IsTemplate = result.Template ?? false,
        Tags = result.Tags,
        Uptime = result.Uptime is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        CpuUsage = result.Cpu,
        CpuCount = result.Cpus,
        MemoryUsed = result.Mem,
        MemoryTotal = result.MaxMem,
        HostMemory = result.MemHost,
        DiskTotal = result.MaxDisk,
        DiskUsed = result.Disk,
        NetworkIn = result.NetIn,
        NetworkOut = result.NetOut,
        DiskRead = result.DiskRead,
        DiskWritten = result.DiskWrite,
        ProcessId = result.Pid,
        IsHaManaged = result.Ha?.Managed ?? false,
        HaState = result.Ha?.State,
        HasAgent = result.Agent ?? false,
        HasSpice = result.Spice ?? false,
        RunningMachine = result.RunningMachine,
        RunningQemu = result.RunningQemu,
    };
}
