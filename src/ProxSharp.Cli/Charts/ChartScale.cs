using System.Globalization;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Charts;

/// <summary>The scale of a chart and how its values are written.</summary>
internal static class ChartScale
{
    /// <summary>The unit of what flows.</summary>
    public const string BytesPerSecond = "bytes_per_second";

    /// <summary>Returns the top of the scale: a round number that is no less than the highest value.</summary>
    public static double Top(ChartSeries series)
    {
        double highest = series.Highest;
        if (highest <= 0)
        {
            return 1;
        }

        bool isBinary = series.Unit is "bytes" or BytesPerSecond;
        double step = isBinary ? Math.Pow(2, Math.Floor(Math.Log2(highest))) : Math.Pow(10, Math.Floor(Math.Log10(highest)));
        double part = step / (isBinary ? 4 : 5);
        return Math.Ceiling(highest / part) * part;
    }

    /// <summary>Writes a value with its unit.</summary>
    public static string Text(double value, string? unit) => unit switch
    {
        "bytes" => ValueRenderer.Bytes(value),
        BytesPerSecond => $"{ValueRenderer.Bytes(value)}/s",
        "fraction_as_percentage" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.#} %"),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
