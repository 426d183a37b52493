namespace ProxSharp.Monitoring;

/// <summary>One metric of a time series. A point the server has no value for is <see cref="double.NaN"/>; the figures here leave it out.</summary>
public sealed class TimeSeriesColumn
{
    private readonly double[] _values;

    internal TimeSeriesColumn(string name, double[] values) => (Name, _values) = (name, values);

    /// <summary>The name of the metric on the wire.</summary>
    public string Name { get; }

    /// <summary>How many points there are, gaps included.</summary>
    public int Count => _values.Length;

    /// <summary>All values in the order of the times; <see cref="double.NaN"/> for gaps.</summary>
    public ReadOnlyMemory<double> Values => _values;

    /// <summary>True if no point has a value.</summary>
    public bool IsEmpty => !_values.Any(static value => !double.IsNaN(value));

    /// <summary>The last value; null if there is none.</summary>
    public double? Latest => Known.Select(static value => (double?)value).LastOrDefault();

    /// <summary>The smallest value; null if there is none.</summary>
    public double? Minimum => Known.Select(static value => (double?)value).Min();

    /// <summary>The greatest value; null if there is none.</summary>
    public double? Maximum => Known.Select(static value => (double?)value).Max();

    /// <summary>The mean of the values; null if there is none.</summary>
    public double? Average => Known.Select(static value => (double?)value).Average();

    private IEnumerable<double> Known => _values.Where(static value => !double.IsNaN(value));

    /// <summary>The value of a point; null for a gap.</summary>
    /// <param name="index">The index of its time, from 0.</param>
    public double? this[int index] => double.IsNaN(_values[index]) ? null : _values[index];
}
