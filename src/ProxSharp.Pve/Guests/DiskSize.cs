using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProxSharp.Pve.Guests;

/// <summary>The size of a disk in bytes; written with the largest of the units K, M, G and T (powers of 1024) that divides it.</summary>
public readonly record struct DiskSize : IParsable<DiskSize>, ISpanFormattable, IComparable<DiskSize>
{
    private const string Units = "KMGT";

    /// <summary>Creates a size.</summary>
    /// <param name="bytes">The number of bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public DiskSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
    }

    /// <summary>The number of bytes.</summary>
    public long Bytes { get; }

    /// <summary>A size in MiB.</summary>
    public static DiskSize FromMebibytes(long size) => new(checked(size << 20));

    /// <summary>A size in GiB.</summary>
    public static DiskSize FromGibibytes(long size) => new(checked(size << 30));

    /// <summary>Reads a size such as <c>40G</c>, <c>1.5T</c> or a number of bytes.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static DiskSize Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static DiskSize Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out DiskSize size) ? size : throw new FormatException($"'{s}' is no size; expected a number with K, M, G or T, for example 40G.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DiskSize result)
    {
        result = default;
        if (string.IsNullOrEmpty(s))
        {
            return false;
        }

        int unit = Units.IndexOf(s[^1], StringComparison.Ordinal) + 1;
        ReadOnlySpan<char> number = unit > 0 ? s.AsSpan(0, s.Length - 1) : s;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value > long.MaxValue >> (10 * unit))
        {
            return false;
        }

        result = new DiskSize((long)(value * (1L << (10 * unit))));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(DiskSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Returns the size as servers write it, for example <c>40G</c>.</summary>
    public override string ToString()
    {
        int unit = 0;
        long rest = Bytes;
        while (rest > 0 && unit < Units.Length && rest % 1024 == 0)
        {
            (rest, unit) = (rest / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rest}{(unit == 0 ? "" : Units.AsSpan(unit - 1, 1))}");
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        string text = ToString();
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten > 0;
    }

    /// <summary>Adds two sizes.</summary>
    public static DiskSize operator +(DiskSize left, DiskSize right) => new(checked(left.Bytes + right.Bytes));

    /// <summary>Adds two sizes.</summary>
    public static DiskSize Add(DiskSize left, DiskSize right) => left + right;

    /// <summary>Compares the bytes.</summary>
    public static bool operator <(DiskSize left, DiskSize right) => left.Bytes < right.Bytes;

    /// <summary>Compares the bytes.</summary>
    public static bool operator >(DiskSize left, DiskSize right) => left.Bytes > right.Bytes;

    /// <summary>Compares the bytes.</summary>
    public static bool operator <=(DiskSize left, DiskSize right) => left.Bytes <= right.Bytes;

    /// <summary>Compares the bytes.</summary>
    public static bool operator >=(DiskSize left, DiskSize right) => left.Bytes >= right.Bytes;
}
