using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>Makes a value readable for people; used in tables only, machine formats keep what the server sent.</summary>
internal static class ValueRenderer
{
    private const int MostDamages = 3;

    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Returns the text of a table cell.</summary>
    /// <param name="value">The value.</param>
    /// <param name="renderer">How the server's interface shows it; null if plainly.</param>
    public static string Render(JsonElement value, string? renderer) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => TextCells.Visible(value.GetString()!),
        JsonValueKind.Array when renderer == "damage" => TextCells.Visible(Damage(value)),
        JsonValueKind.Object or JsonValueKind.Array => TextCells.Visible(Nested(value)),
        JsonValueKind.Number when renderer is not null && value.TryGetDouble(out double number) => Number(number, renderer) ?? value.GetRawText(),
        JsonValueKind.Number => PlainNumber(value),
        _ => value.GetRawText(),
    };

    /// <summary>Writes a number of bytes with a binary unit.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;

        // What would be rounded up to 1024 is one of the next unit.
        while (Math.Abs(bytes) >= (unit == 0 ? 1024 : 1023.95) && unit < s_units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes, 1):0.#} {s_units[unit]}");
    }

    /// <summary>Writes a number of seconds as days, hours and minutes.</summary>
    public static string Duration(double seconds)
    {
        TimeSpan span = TimeSpan.FromSeconds(Math.Min(seconds, 1e10));
        return span.TotalSeconds switch
        {
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds}s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m {span.Seconds:00}s"),
            < 86400 => string.Create(CultureInfo.InvariantCulture, $"{span.Hours}h {span.Minutes:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalDays}d {span.Hours:00}h"),
        };
    }

    private static string? Number(double number, string renderer) => renderer switch
    {
        "bytes" => Bytes(number),
        "duration" => Duration(number),
        "fraction_as_percentage" => string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.#} %"),
        "timestamp" when number is > 0 and < 253402300800 =>
            DateTimeOffset.FromUnixTimeSeconds((long)number).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        // What the server's clock shows, counted as if it were UTC.
        "timestamp_gmt" when number is > 0 and < 253402300800 => DateTimeOffset.FromUnixTimeSeconds((long)number).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        // Where files come from an archive, 0 is a time as any other, and there are times before.
        "file_time" when number is >= -62135596800 and < 253402300800 =>
            DateTimeOffset.FromUnixTimeSeconds((long)number).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string PlainNumber(JsonElement value)
    {
        // Load averages and the like come with 16 digits: nobody reads them.
        string raw = value.GetRawText();
        return raw.Contains('.', StringComparison.Ordinal) && value.TryGetDouble(out double number) && Math.Abs(number) is >= 0.0001 and < 1e12
            ? number.ToString("0.####", CultureInfo.InvariantCulture)
            : raw;
    }

    private static string Nested(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.EnumerateArray().All(IsPlain) => string.Join(", ", value.EnumerateArray().Select(static item => item.ToString())),
        JsonValueKind.Array when value.EnumerateArray().All(static item => Member(item, "filename")?.ValueKind == JsonValueKind.String) =>
            string.Join(", ", value.EnumerateArray().Select(static file => Member(file, "filename")!.Value.GetString())),
        JsonValueKind.Object when Size(value, "used") is { } used && Size(value, "total") is { } total => $"{Bytes(used)} of {Bytes(total)}",
        // Privileges are members of the value 1.
        JsonValueKind.Object when value.EnumerateObject().Any() && value.EnumerateObject().All(static member => member.Value.ToString() == "1") =>
            string.Join(", ", value.EnumerateObject().Select(static member => member.Name)),
        JsonValueKind.Object when value.EnumerateObject().Any() && value.EnumerateObject().All(static member => IsPlain(member.Value)) =>
            string.Join(", ", value.EnumerateObject().Select(static member => $"{member.Name}: {member.Value}")),
        _ => JsonText.Compact(value),
    };

    // Of what a verification found: the paths that lose bytes, or what is wrong where none are known.
    private static string Damage(JsonElement value)
    {
        string[] paths = [.. value.EnumerateArray().SelectMany(static damage => damage.GetProperty("paths").EnumerateArray())
            .Select(static path => path.GetString()!).Distinct(StringComparer.Ordinal)];
        string[] told = paths.Length > 0 ? paths : [.. value.EnumerateArray().Select(static damage => damage.GetProperty("message").GetString()!)];
        return told.Length > MostDamages
            ? string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", told[..MostDamages])} and {told.Length - MostDamages} more")
            : string.Join(", ", told);
    }

    private static bool IsPlain(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static double? Size(JsonElement item, string name) => Member(item, name) is { ValueKind: JsonValueKind.Number } size ? size.GetDouble() : null;

    private static JsonElement? Member(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : null;
}
