using System.Globalization;
using System.Net;
using System.Text;
using static ProxSharp.Cli.Charts.ChartLayout;

namespace ProxSharp.Cli.Charts;

/// <summary>Draws figures over time as a picture that browsers show: one below the other. Pure.</summary>
internal static class SvgChart
{
    /// <summary>Returns the picture.</summary>
    public static string Draw(string title, IReadOnlyList<ChartSeries> all)
    {
        StringBuilder svg = new();
        int height = Top + (all.Count * (Height + Gap));
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width + Left + Right} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(title)}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int i = 0; i < all.Count; i++)
        {
            Panel(svg, all[i], Top + (i * (Height + Gap)), "#" + Colours[i % Colours.Count]);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, ChartSeries series, int y, string colour)
    {
        double top = ChartScale.Top(series);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{y - 8}\" font-weight=\"bold\">{WebUtility.HtmlEncode(series.Name)}</text>\n");
        for (int line = 0; line <= 4; line++)
        {
            double at = y + (Height * (4 - line) / 4.0);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\" stroke=\"#ddd\"/>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\" fill=\"#555\">{ChartScale.Text(top * line / 4, series.Unit)}</text>\n");
        }

        foreach (IReadOnlyList<Spot> run in Runs(series, y, top))
        {
            string path = string.Join(' ', run.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polygon points=\"{run[0].X:0.#},{y + Height} {path} {run[^1].X:0.#},{y + Height}\" fill=\"{colour}\" fill-opacity=\"0.15\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n");
        }

        if (series.Points.Count > 0)
        {
            svg.Append(
                CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{y + Height + 18}\" fill=\"#555\">{series.Points[0].Time:yyyy-MM-dd HH:mm}Z</text>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left + Width}\" y=\"{y + Height + 18}\" text-anchor=\"end\" fill=\"#555\">{series.Points[^1].Time:yyyy-MM-dd HH:mm}Z</text>\n");
        }
    }
}
