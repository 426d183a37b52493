namespace ProxSharp.Cli.Charts;

/// <summary>Where things stand in pictures of charts, in points; the same for every format.</summary>
internal static class ChartLayout
{
    /// <summary>The width of a panel.</summary>
    public const int Width = 800;

    /// <summary>The height of a panel.</summary>
    public const int Height = 180;

    /// <summary>The room for the labels on the left.</summary>
    public const int Left = 80;

    /// <summary>The room above the first panel.</summary>
    public const int Top = 30;

    /// <summary>The room between panels.</summary>
    public const int Gap = 60;

    /// <summary>The room on the right.</summary>
    public const int Right = 20;

    /// <summary>The colours of the panels in their order, as hexadecimal red, green and blue.</summary>
    public static readonly IReadOnlyList<string> Colours = ["e57000", "3892d4", "94ae0a", "a61120", "7c4dff", "00897b"];

    /// <summary>Returns the lines of a figure; a line ends where nothing was recorded.</summary>
    /// <param name="series">The figure.</param>
    /// <param name="y">The upper edge of the panel.</param>
    /// <param name="top">The value at the upper edge.</param>
    public static IEnumerable<IReadOnlyList<Spot>> Runs(ChartSeries series, int y, double top)
    {
        List<Spot> run = [];
        for (int i = 0; i < series.Points.Count; i++)
        {
            if (series.Points[i].Value is { } value)
            {
                run.Add(new Spot(Left + (Width * (double)i / Math.Max(1, series.Points.Count - 1)), y + Height - (Height * Math.Clamp(value / top, 0, 1))));
            }
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }
}
