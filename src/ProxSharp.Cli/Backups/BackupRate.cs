using System.Globalization;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Backups;

/// <summary>Reads rates as the official client takes them: bytes in a second with a decimal or binary unit.</summary>
internal static class BackupRate
{
    private static readonly (string Unit, long Factor)[] s_units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
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

        (string unit, long factor) = s_units.FirstOrDefault(known => text.EndsWith(known.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        string digits = text[..^unit.Length].Trim();
        bool isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return isNumber && number * factor is >= 1 and < long.MaxValue
            ? (long)(number * factor)
            : throw CliException.Usage($"{option} '{text}' is no rate", "Bytes in a second: 10MB, 512KiB, 1000000");
    }
}
