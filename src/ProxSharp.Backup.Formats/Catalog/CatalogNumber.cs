namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>
/// The variable-length numbers of catalogs: seven bits a byte, low bits first, bit 7 set where more follow. A negative number is its
/// magnitude with bit 7 set in the last byte too, and then a zero byte.
/// </summary>
internal static class CatalogNumber
{
    /// <summary>Reads a number without sign.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="value">The number.</param>
    /// <param name="used">How many bytes it has.</param>
    /// <returns>False if the bytes end within it, or if it has more than 64 bits.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int used)
    {
        value = 0;
        for (used = 0; used < source.Length && used < 10;)
        {
            byte group = source[used];
            int shift = 7 * used++;
            if (shift == 63 && (group & 0x7e) != 0)
                return false;
            value |= (ulong)(group & 0x7f) << shift;
            if (group < 0x80)
                return true;
        }

        return false;
    }

    /// <summary>Reads a number with sign.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="value">The number.</param>
    /// <param name="used">How many bytes it has.</param>
    /// <returns>False if the bytes end within it, or if it has more than 64 bits.</returns>
    internal static bool TryReadSigned(ReadOnlySpan<byte> source, out long value, out int used)
    {
        ulong magnitude = 0;
        value = 0;
        for (used = 0; used < source.Length && used < CatalogFormat.MaxNumberSize;)
        {
            byte group = source[used++];
            if (group == 0)
            {
                value = (long)(0 - magnitude);
                return magnitude <= 1UL << 63;
            }

            int shift = 7 * (used - 1);
            if (shift > 63 || (shift == 63 && (group & 0x7e) != 0))
                return false;
            magnitude |= (ulong)(group & 0x7f) << shift;
            if (group < 0x80)
            {
                value = (long)magnitude;
                return magnitude <= long.MaxValue;
            }
        }

        return false;
    }

    internal static int Write(Span<byte> destination, ulong value)
    {
        int used = 0;
        for (; value >= 0x80; value >>= 7)
            destination[used++] = (byte)(value | 0x80);
        destination[used++] = (byte)value;
        return used;
    }

    internal static int WriteSigned(Span<byte> destination, long value)
    {
        if (value >= 0)
            return Write(destination, (ulong)value);
        int used = Write(destination, 0 - (ulong)value);
        destination[used - 1] |= 0x80;
        destination[used++] = 0;
        return used;
    }
}
