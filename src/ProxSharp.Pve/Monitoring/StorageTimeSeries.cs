using ProxSharp.Monitoring;

namespace ProxSharp.Pve.Monitoring;

/// <summary>The metrics of a storage over time.</summary>
public sealed class StorageTimeSeries : TimeSeries
{
    internal StorageTimeSeries(TimeSeriesTable table)
        : base(table)
    {
    }

    /// <summary>The size in bytes.</summary>
    public TimeSeriesColumn Total => this["total"];

    /// <summary>The space in use in bytes.</summary>
    public TimeSeriesColumn Used => this["used"];
}
