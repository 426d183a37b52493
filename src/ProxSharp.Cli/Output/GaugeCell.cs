using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Output;

/// <summary>Draws how full something is, in plain characters.</summary>
internal static class GaugeCell
{
    /// <summary>The lengths of bars, the best first; 0 leaves the number alone.</summary>
    public static readonly int[] Lengths = [10, 5, 0];

    private const double Many = 0.75;
    private const double Most = 0.9;

    /// <summary>How many columns a cell takes.</summary>
    /// <param name="bar">The length of the bar.</param>
    public static int Width(int bar) => (bar == 0 ? 0 : bar + 3) + "100 %".Length;

    /// <summary>Returns a cell; empty if nobody knows how full the thing is.</summary>
    /// <param name="row">The thing.</param>
    /// <param name="gauge">What is drawn.</param>
    /// <param name="bar">The length of the bar.</param>
    public static string Text(JsonElement row, Gauge gauge, int bar) => Share(row, gauge) is not { } share ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{(bar == 0 ? "" : $"{ProgressBar.Draw(share, bar)} ")}{Math.Round(share * 100),3:0} %");

    /// <summary>Gives a cell the colour of how full the thing is.</summary>
    public static string Colour(OutputSettings settings, JsonElement row, Gauge gauge, string cell) => Share(row, gauge) switch
    {
        >= Most => settings.Ansi.Red(cell),
        >= Many => settings.Ansi.Yellow(cell),
        _ => cell,
    };

    private static double? Share(JsonElement row, Gauge gauge) =>
        Number(row, gauge.Used) is { } used && Number(row, gauge.Total) is { } total and > 0 ? used / total : null;

    private static double? Number(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;
}
