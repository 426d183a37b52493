using ProxSharp.Monitoring;

namespace ProxSharp.Pve.Monitoring;

/// <summary>The metrics of a node over time.</summary>
public sealed class NodeTimeSeries : TimeSeries
{
    internal NodeTimeSeries(TimeSeriesTable table)
        : base(table)
    {
    }

    /// <summary>The part of all cores in use, 0 to 1.</summary>
    public TimeSeriesColumn Cpu => this["cpu"];

    /// <summary>The part of time in which the cores waited for input and output, 0 to 1.</summary>
    public TimeSeriesColumn IoWait => this["iowait"];

    /// <summary>The mean number of processes that want to run, over one minute.</summary>
    public TimeSeriesColumn LoadAverage => this["loadavg"];

    /// <summary>The number of cores.</summary>
    public TimeSeriesColumn Cores => this["maxcpu"];

    /// <summary>The size of the memory in bytes.</summary>
    public TimeSeriesColumn MemoryTotal => this["memtotal"];

    /// <summary>The memory in use in bytes.</summary>
    public TimeSeriesColumn MemoryUsed => this["memused"];

    /// <summary>The memory that programs can still get in bytes; servers from 9.0 on.</summary>
    public TimeSeriesColumn MemoryAvailable => this["memavailable"];

    /// <summary>The size of the ZFS cache in bytes; servers from 9.0 on.</summary>
    public TimeSeriesColumn ZfsCache => this["arcsize"];

    /// <summary>The size of the swap space in bytes.</summary>
    public TimeSeriesColumn SwapTotal => this["swaptotal"];

    /// <summary>The swap space in use in bytes.</summary>
    public TimeSeriesColumn SwapUsed => this["swapused"];

    /// <summary>The size of the root file system in bytes.</summary>
    public TimeSeriesColumn RootTotal => this["roottotal"];

    /// <summary>The space in use on the root file system in bytes.</summary>
    public TimeSeriesColumn RootUsed => this["rootused"];

    /// <summary>Data received, in bytes per second.</summary>
    public TimeSeriesColumn NetworkIn => this["netin"];

    /// <summary>Data sent, in bytes per second.</summary>
    public TimeSeriesColumn NetworkOut => this["netout"];

    /// <summary>The share of time in which some processes waited for a core, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn CpuPressureSome => this["pressurecpusome"];

    /// <summary>The share of time in which some processes waited for input and output, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn InputOutputPressureSome => this["pressureiosome"];

    /// <summary>The share of time in which all processes waited for input and output, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn InputOutputPressureFull => this["pressureiofull"];

    /// <summary>The share of time in which some processes waited for memory, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn MemoryPressureSome => this["pressurememorysome"];

    /// <summary>The share of time in which all processes waited for memory, in percent; servers from 9.0 on.</summary>
    public TimeSeriesColumn MemoryPressureFull => this["pressurememoryfull"];
}
