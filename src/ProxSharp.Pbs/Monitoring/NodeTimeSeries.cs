using ProxSharp.Monitoring;

namespace ProxSharp.Pbs.Monitoring;

/// <summary>The metrics of the server's machine over time.</summary>
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

    /// <summary>The size of the memory in bytes.</summary>
    public TimeSeriesColumn MemoryTotal => this["memtotal"];

    /// <summary>The memory in use in bytes.</summary>
    public TimeSeriesColumn MemoryUsed => this["memused"];

    /// <summary>The size of the swap space in bytes.</summary>
    public TimeSeriesColumn SwapTotal => this["swaptotal"];

    /// <summary>The swap space in use in bytes.</summary>
    public TimeSeriesColumn SwapUsed => this["swapused"];

    /// <summary>The size of the root file system in bytes.</summary>
    public TimeSeriesColumn RootTotal => this["total"];

    /// <summary>The space in use on the root file system in bytes.</summary>
    public TimeSeriesColumn RootUsed => this["used"];

    /// <summary>Data received, in bytes per second.</summary>
    public TimeSeriesColumn NetworkIn => this["netin"];

    /// <summary>Data sent, in bytes per second.</summary>
    public TimeSeriesColumn NetworkOut => this["netout"];

    /// <summary>Data read from the root file system's disks, in bytes per second.</summary>
    public TimeSeriesColumn ReadBytes => this["read_bytes"];

    /// <summary>Data written to the root file system's disks, in bytes per second.</summary>
    public TimeSeriesColumn WriteBytes => this["write_bytes"];

    /// <summary>Read operations on the root file system's disks, per second.</summary>
    public TimeSeriesColumn ReadOperations => this["read_ios"];

    /// <summary>Write operations on the root file system's disks, per second.</summary>
    public TimeSeriesColumn WriteOperations => this["write_ios"];

    /// <summary>The part of time in which the root file system's disks were busy, 0 to 1.</summary>
    public TimeSeriesColumn DiskBusy => this["io_ticks"];
}
