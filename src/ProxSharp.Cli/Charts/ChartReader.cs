using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Charts;

/// <summary>Reads recorded figures as the server gives them: a list of points, each with its time and any number of figures.</summary>
internal static class ChartReader
{
    private static readonly HashSet<string> s_rates = new(StringComparer.Ordinal) { "netin", "netout", "diskread", "diskwrite", "read_bytes", "write_bytes" };

    /// <summary>True if a result is a list of points: each has its time.</summary>
    public static bool IsPoints(JsonElement result) => result.ValueKind == JsonValueKind.Array && result.EnumerateArray().All(static point =>
        point.ValueKind == JsonValueKind.Object && point.TryGetProperty("time", out JsonElement time) && time.ValueKind == JsonValueKind.Number);

    /// <summary>Returns the names of the figures that were recorded, in their usual order.</summary>
    public static IReadOnlyList<string> NamesIn(JsonElement points) =>
        [.. points.EnumerateArray().SelectMany(static point => point.EnumerateObject()).Where(
            static member => member.Value.ValueKind == JsonValueKind.Number
                && member.Name != "time").Select(static member => member.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Returns a figure over time.</summary>
    public static ChartSeries Read(JsonElement points, string name)
    {
        Units.Of("/rrddata").TryGetValue(name, out string? unit);
        string? shown = unit ?? (
            name.StartsWith("mem", StringComparison.Ordinal) || name.StartsWith("swap", StringComparison.Ordinal)
                || name.StartsWith("root", StringComparison.Ordinal) || s_rates.Contains(name) ? "bytes" : name is "iowait" ? "fraction_as_percentage" : null);
        return new ChartSeries(name, shown == "bytes" && s_rates.Contains(name) ? ChartScale.BytesPerSecond : shown,
        [
            .. points.EnumerateArray()
                .Where(static point => point.TryGetProperty("time", out JsonElement time) && time.ValueKind == JsonValueKind.Number)
                .Select(point => new ChartPoint(
                    DateTimeOffset.FromUnixTimeSeconds((long)point.GetProperty("time").GetDouble()),
                    point.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null)),
        ]);
    }
}
