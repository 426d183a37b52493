using ProxSharp.Monitoring;

namespace ProxSharp.Pve.Monitoring;

/// <summary>The metrics of a virtual machine or container over time.</summary>
public sealed class GuestTimeSeries : TimeSeries
{
    internal GuestTimeSeries(TimeSeriesTable table)
        : base(table)
    {
    }

    /// <summary>The part of its cores in use, 0 to 1.</summary>
    public TimeSeriesColumn Cpu => this["cpu"];

    /// <summary>The number of its cores.</summary>
    public TimeSeriesColumn Cores => this["maxcpu"];

    /// <summary>The memory in use in bytes.</summary>
    public TimeSeriesColumn MemoryUsed => this["mem"];

    /// <summary>The size of the memory in bytes.</summary>
    public TimeSeriesColumn MemoryTotal => this["maxmem"];

    /// <summary>The memory that the guest takes on its node in bytes; servers from 9.0 on.</summary>
    public TimeSeriesColumn HostMemory => this["memhost"];

    /// <summary>The space in use on the root volume of a container in bytes.</summary>
    public TimeSeriesColumn DiskUsed => this["disk"];

    /// <summary>The size of the first disk in bytes.</summary>
    public TimeSeriesColumn DiskTotal => this["maxdisk"];

    /// <summary>Data read from disks, in bytes per second.</summary>
    public TimeSeriesColumn DiskRead => this["diskread"];

    /// <summary>Data written to disks, in bytes per second.</summary>
    public TimeSeriesColumn DiskWrite => this["diskwrite"];

    /// <summary>Data received, in bytes per second.</summary>
    public TimeSeriesColumn NetworkIn => this["netin"];

    /// <summary>Data sent, in bytes per second.</summary>
    public TimeSeriesColumn NetworkOut => this["netout"];

    /// <summary>The share of time in which some processes waited for a core, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn CpuPressureSome => this["pressurecpusome"];

    /// <summary>The share of time in which all processes waited for a core, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn CpuPressureFull => this["pressurecpufull"];

    /// <summary>The share of time in which some processes waited for input and output, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn InputOutputPressureSome => this["pressureiosome"];

    /// <summary>The share of time in which all processes waited for input and output, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn InputOutputPressureFull => this["pressureiofull"];

    /// <summary>The share of time in which some processes waited for memory, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn MemoryPressureSome => this["pressurememorysome"];

    /// <summary>The share of time in which all processes waited for memory, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn MemoryPressureFull => this["pressurememoryfull"];
}
