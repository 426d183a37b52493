using System.Globalization;
using static ProxSharp.Cli.Charts.ChartLayout;

namespace ProxSharp.Cli.Charts;

/// <summary>Draws the same charts as <see cref="SvgChart"/> as a picture of dots, for places that show no SVG. Pure.</summary>
internal static class PngChart
{
    // Two dots a point: sharp on today's screens.
    private const int Scale = 2;
    private const int TitleRoom = 26;
    private const double TextSize = 12;

    private static readonly Colour s_grid = new(0xdd, 0xdd, 0xdd);
    private static readonly Colour s_label = new(0x55, 0x55, 0x55);
    private static readonly Colour s_text = new(0x22, 0x22, 0x22);

    /// <summary>Returns the picture as a file.</summary>
    public static byte[] Draw(string title, IReadOnlyList<ChartSeries> all)
    {
        int height = TitleRoom + Top + (all.Count * (Height + Gap));
        Raster raster = new((Width + Left + Right) * Scale, height * Scale, Scale);
        StrokeFont.Draw(raster, title, Left, TitleRoom - 4, TextSize + 3, s_text, isBold: true);
        for (int i = 0; i < all.Count; i++)
        {
            Panel(raster, all[i], TitleRoom + Top + (i * (Height + Gap)), Colour.Parse(Colours[i % Colours.Count]));
        }

        return PngFile.Write(raster.Width, raster.Height, raster.Pixels);
    }

    private static void Panel(Raster raster, ChartSeries series, int y, Colour colour)
    {
        double top = ChartScale.Top(series);
        StrokeFont.Draw(raster, series.Name, Left, y - 8, TextSize, s_text, isBold: true);
        for (int line = 0; line <= 4; line++)
        {
            double at = y + (Height * (4 - line) / 4.0);
            raster.Line([new(Left, at), new(Left + Width, at)], 1, s_grid);
            string label = ChartScale.Text(top * line / 4, series.Unit);
            StrokeFont.Draw(raster, label, Left - 8 - StrokeFont.Measure(label, TextSize), at + 4, TextSize, s_label);
        }

        foreach (IReadOnlyList<Spot> run in Runs(series, y, top))
        {
            raster.FillBelow(run, y + Height, colour, 0.15);
            raster.Line(run, 1.5, colour);
        }

        if (series.Points.Count > 0)
        {
            string from = Time(series.Points[0].Time);
            string to = Time(series.Points[^1].Time);
            StrokeFont.Draw(raster, from, Left, y + Height + 18, TextSize, s_label);
            StrokeFont.Draw(raster, to, Left + Width - StrokeFont.Measure(to, TextSize), y + Height + 18, TextSize, s_label);
        }
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
