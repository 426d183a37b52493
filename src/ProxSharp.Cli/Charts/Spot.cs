namespace ProxSharp.Cli.Charts;

/// <summary>A place in a picture, in points from its upper left corner.</summary>
internal sealed record Spot(double X, double Y);
