using System.Globalization;

namespace ProxSharp.Bench;

/// <summary>Prints results as ratios to a baseline of the same run.</summary>
internal static class Report
{
    public static void Line(string what, string ours, string baseline, double ratio) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {ours}; baseline {baseline}; ratio {ratio:F1}"));
}
