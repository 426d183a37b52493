namespace ProxSharp.Cli.Charts;

/// <summary>A figure at one moment.</summary>
/// <param name="Time">The moment.</param>
/// <param name="Value">The figure; null if it was not recorded.</param>
internal sealed record ChartPoint(DateTimeOffset Time, double? Value);
