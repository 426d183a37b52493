using System.Globalization;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Backups;

/// <summary>Reads rates as the official client takes them: bytes in a second with a decimal or binary unit.</summary>
internal static class BackupRate
{
    // The B is optional: 10M is 10MB, and 10Mi is 10MiB. The longer unit stands first where one ends like another.
    private static readonly (string Unit, long Factor)[] s_units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("P", 1_000_000_000_000_000),
    ];

    /// <summary>Reads a rate.</summary>
    /// <returns>Null if there is no text.</returns>
    /// <exception cref="CliException">It is none.</exception>
    public static long? Parse(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        string bare = text.EndsWith('b') || text.EndsWith('B') ? text[..^1] : text;
        (string unit, long factor) = s_units.FirstOrDefault(known => bare.EndsWith(known.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        string digits = bare[..^unit.Length].Trim();
        bool isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return isNumber && number * factor is >= 1 and < long.MaxValue
            ? (long)(number * factor)
            : throw CliException.Usage($"{option} '{text}' is no rate", "Bytes in a second: 10MB or 10M, 512KiB, 1000000");
    }
}
