using System.Globalization;
using ProxSharp.Json;

namespace ProxSharp.Validation;

/// <summary>What the servers accept as a number or boolean in text.</summary>
internal static class WireScalars
{
    /// <summary>An optional sign and decimal digits; no spaces, no hexadecimal.</summary>
    public static bool IsInteger(string value)
    {
        ReadOnlySpan<char> digits = value is ['+' or '-', ..] ? value.AsSpan(1) : value;
        return IsDigits(digits);
    }

    /// <summary>One or more decimal digits. A plain loop: the texts are short.</summary>
    public static bool IsDigits(ReadOnlySpan<char> value)
    {
        foreach (char c in value)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return !value.IsEmpty;
    }

    /// <summary>1, on, yes, true or one of their opposites, in any case.</summary>
    public static bool IsBooleanWord(string value) => value.Length > 0 && WireBoolean.Parse(value) is not null;

    /// <summary>A decimal number with optional fraction and exponent.</summary>
    public static bool IsNumber(string value) => TryParse(value, out _);

    /// <summary>Reads a number; infinities and not-a-number are none.</summary>
    public static bool TryParse(string value, out double number) =>
        double.TryParse(
            value,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out number)
        && double.IsFinite(number);
}
