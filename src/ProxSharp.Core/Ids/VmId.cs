using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProxSharp.Ids;

/// <summary>The number of a virtual machine or container, unique in its cluster: 100 to 999999999.</summary>
public readonly record struct VmId : IParsable<VmId>, ISpanFormattable, IComparable<VmId>
{
    /// <summary>The lowest number.</summary>
    public const int Lowest = 100;

    /// <summary>The highest number.</summary>
    public const int Highest = 999_999_999;

    private const string Kind = "VM id";
    private const string Expected = "expected a number from 100 to 999999999";

    /// <summary>Creates an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below <see cref="Lowest"/> or above <see cref="Highest"/>.</exception>
    public VmId(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, Lowest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Highest);
        Value = value;
    }

    /// <summary>The number; 0 in a default instance.</summary>
    public int Value { get; }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static VmId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static VmId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out VmId result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads an id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out VmId result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VmId result)
    {
        bool read = int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value is >= Lowest and <= Highest
            && s![0] != '0';
        result = read ? new VmId(value) : default;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(VmId other) => Value.CompareTo(other.Value);

    /// <summary>Returns the number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(destination, out charsWritten, default, CultureInfo.InvariantCulture);

    /// <summary>Compares the numbers.</summary>
    public static bool operator <(VmId left, VmId right) => left.Value < right.Value;

    /// <summary>Compares the numbers.</summary>
    public static bool operator >(VmId left, VmId right) => left.Value > right.Value;

    /// <summary>Compares the numbers.</summary>
    public static bool operator <=(VmId left, VmId right) => left.Value <= right.Value;

    /// <summary>Compares the numbers.</summary>
    public static bool operator >=(VmId left, VmId right) => left.Value >= right.Value;
}
