using System.Globalization;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Charts;

/// <summary>Draws a figure over time for a terminal: each character holds two by four dots. Pure.</summary>
internal static class BrailleChart
{
    private const int FirstBraille = 0x2800;

    // The bits of the dots of a character, column by column, from the lowest to the highest.
    private static readonly int[][] s_dots = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

    /// <summary>Returns the lines of a chart.</summary>
    /// <param name="series">The figure.</param>
    /// <param name="width">How many columns there are.</param>
    /// <param name="height">How many lines the picture has.</param>
    /// <param name="plain">True for plain characters in place of dots.</param>
    public static IReadOnlyList<string> Draw(ChartSeries series, int width, int height, bool plain)
    {
        double top = ChartScale.Top(series);
        string Label(int line) => line switch
        {
            0 => ChartScale.Text(top, series.Unit),
            _ when line == height - 1 => ChartScale.Text(0, series.Unit),
            _ when line == height / 2 => ChartScale.Text(top * (height - 1 - line) / (height - 1), series.Unit),
            _ => "",
        };
        string[] labels = [.. Enumerable.Range(0, height).Select(Label)];
        int margin = labels.Max(static label => label.Length);
        int columns = Math.Max(8, width - margin - 2);
        double?[] values = Resample(series, columns * 2);
        List<string> lines = [.. TextCells.Wrap($"{series.Name}  {Summary(series)}", Math.Max(width, 16))];
        for (int line = 0; line < height; line++)
        {
            int row = height - 1 - line;
            string picture = string.Concat(Enumerable.Range(0, columns).Select(column => Cell(values, column, row, height, top, plain)));
            lines.Add($"{labels[line].PadLeft(margin)} {(plain ? "|" : "\u2524")}{picture}".TrimEnd());
        }

        lines.Add(Axis(series, margin + 2, columns));
        return lines;
    }

    private static string Summary(ChartSeries series)
    {
        double[] known = [.. series.Points.Select(static point => point.Value).OfType<double>()];
        return known.Length == 0
            ? "nothing recorded"
            : $"now {ChartScale.Text(known[^1], series.Unit)}, mean {ChartScale.Text(known.Average(), series.Unit)}, "
                + $"highest {ChartScale.Text(known.Max(), series.Unit)}";
    }

    // The mean of the points that fall on each dot.
    private static double?[] Resample(ChartSeries series, int count)
    {
        double?[] values = new double?[count];
        int points = series.Points.Count;
        for (int i = 0; i < count && points > 0; i++)
        {
            int from = (int)((long)i * points / count);
            int to = Math.Max(from + 1, (int)((long)(i + 1) * points / count));
            double[] known = [.. series.Points.Skip(from).Take(to - from).Select(static point => point.Value).OfType<double>()];
            values[i] = known.Length > 0 ? known.Average() : null;
        }

        return values;
    }

    private static string Cell(double?[] values, int column, int row, int height, double top, bool plain)
    {
        int bits = 0;
        for (int side = 0; side < 2; side++)
        {
            if (values[(column * 2) + side] is not { } value)
            {
                continue;
            }

            int dots = Math.Clamp((int)Math.Round(value / top * height * 4), value > 0 ? 1 : 0, height * 4) - (row * 4);
            for (int dot = 0; dot < Math.Clamp(dots, 0, 4); dot++)
            {
                bits |= s_dots[side][dot];
            }
        }

        return plain ? (bits == 0 ? " " : "#") : ((char)(FirstBraille + bits)).ToString();
    }

    private static string Axis(ChartSeries series, int margin, int columns)
    {
        if (series.Points.Count == 0)
        {
            return "";
        }

        // Where there is no room for two dates there is one, or the times alone.
        string from = Time(series.Points[0].Time);
        string to = Time(series.Points[^1].Time);
        if (from.Length + to.Length >= columns)
        {
            (from, to) = (from[^6..], columns > 24 ? to : to[^6..]);
        }

        string gap = new(' ', Math.Max(1, columns - TextCells.Width(from) - TextCells.Width(to)));
        return new string(' ', margin) + from + gap + to;
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
