using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Monitoring;

/// <summary>The values of metrics over time, at equal distances. Which metrics there are depends on the server's version.</summary>
public abstract class TimeSeries
{
    private readonly TimeSeriesTable _table;

    private protected TimeSeries(TimeSeriesTable table) => _table = table;

    /// <summary>The times of the points, oldest first.</summary>
    public IReadOnlyList<DateTimeOffset> Times => _table.Times;

    /// <summary>The distance between two points: 1 min for an hour, longer for longer times; zero if there are fewer than two points.</summary>
    public TimeSpan Step => _table.Step;

    /// <summary>How many points there are.</summary>
    public int Count => _table.Times.Length;

    /// <summary>All metrics, those this library does not know among them.</summary>
    public IReadOnlyList<TimeSeriesColumn> Columns => _table.Columns;

    /// <summary>A metric by its name on the wire; one that the server does not give has only gaps.</summary>
    public TimeSeriesColumn this[string metric] =>
        TryGetColumn(metric, out TimeSeriesColumn? column) ? column : new TimeSeriesColumn(metric, [.. Enumerable.Repeat(double.NaN, Count)]);

    /// <summary>Finds a metric by its name on the wire.</summary>
    /// <param name="metric">The name.</param>
    /// <param name="column">The metric.</param>
    /// <returns>False if the server does not give it.</returns>
    public bool TryGetColumn(string metric, [NotNullWhen(true)] out TimeSeriesColumn? column)
    {
        column = Array.Find(_table.Columns, candidate => candidate.Name == metric);
        return column is not null;
    }
}
