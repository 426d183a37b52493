using ProxSharp.Monitoring;

namespace ProxSharp.Pbs.Monitoring;

/// <summary>The metrics of a datastore over time.</summary>
public sealed class DatastoreTimeSeries : TimeSeries
{
    internal DatastoreTimeSeries(TimeSeriesTable table)
        : base(table)
    {
    }

    /// <summary>The size in bytes.</summary>
    public TimeSeriesColumn Total => this["total"];

    /// <summary>The space in use in bytes.</summary>
    public TimeSeriesColumn Used => this["used"];

    /// <summary>The space that can still be used in bytes; servers from 3.0 on.</summary>
    public TimeSeriesColumn Available => this["available"];

    /// <summary>Data read from its disks, in bytes per second.</summary>
    public TimeSeriesColumn ReadBytes => this["read_bytes"];

    /// <summary>Data written to its disks, in bytes per second.</summary>
    public TimeSeriesColumn WriteBytes => this["write_bytes"];

    /// <summary>Read operations on its disks, per second.</summary>
    public TimeSeriesColumn ReadOperations => this["read_ios"];

    /// <summary>Write operations on its disks, per second.</summary>
    public TimeSeriesColumn WriteOperations => this["write_ios"];

    /// <summary>The part of time in which its disks were busy, 0 to 1.</summary>
    public TimeSeriesColumn DiskBusy => this["io_ticks"];
}
