namespace ProxSharp.Cli.Charts;

/// <summary>A figure over time.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">How it is written: <c>bytes</c>, <c>bytes_per_second</c>, <c>fraction_as_percentage</c>; null for plain numbers.</param>
/// <param name="Points">The points in the order of time; a value is null where nothing was recorded.</param>
internal sealed record ChartSeries(string Name, string? Unit, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>The highest value; 0 if there is none.</summary>
    public double Highest => Points.Max(static point => point.Value) ?? 0;

    /// <summary>True if nothing was recorded.</summary>
    public bool IsEmpty => Points.All(static point => point.Value is null);
}
