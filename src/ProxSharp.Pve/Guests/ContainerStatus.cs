using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a container is doing.</summary>
public sealed record ContainerStatus : GuestStatusReport
{
    /// <summary>Used swap space in bytes.</summary>
    public long? SwapUsed { get; init; }

    /// <summary>Swap space in bytes.</summary>
    public long? SwapTotal { get; init; }

    internal static ContainerStatus Of(VmId id, NodesLxcStatusCurrentResult result) => new()
    {
        Id = id,
        Name = result.Name,
        Status = result.Status,
        Lock = result.Lock,
        IsTemplate = result.Template ?? false,
        Tags = result.Tags,
        Uptime = result.Uptime is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        CpuUsage = result.Cpu,
        CpuCount = result.Cpus,
        MemoryUsed = result.Mem,
        MemoryTotal = result.MaxMem,
        DiskTotal = result.MaxDisk,
        DiskUsed = result.Disk,
        NetworkIn = result.NetIn,
        NetworkOut = result.NetOut,
        DiskRead = result.DiskRead,
        DiskWritten = result.DiskWrite,
        ProcessId = result.Pid,
        IsHaManaged = result.Ha?.Managed ?? false,
        HaState = result.Ha?.State,
        SwapUsed = result.Swap,
        SwapTotal = result.Maxswap,
    };
}
