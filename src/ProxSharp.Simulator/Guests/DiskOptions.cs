using System.Globalization;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Simulator.Guests;

/// <summary>Facts about the options of a guest that hold a volume.</summary>
internal static class DiskOptions
{
    private static readonly string[] s_machineBuses = ["ide", "sata", "scsi", "virtio", "efidisk", "tpmstate", "unused"];
    private static readonly string[] s_containerMounts = ["rootfs", "mp", "unused"];

    /// <summary>Whether an option holds a volume.</summary>
    public static bool IsDisk(string key, bool isContainer)
    {
        string stem = key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return isContainer ? s_containerMounts.Contains(stem) && (stem == "rootfs" || stem.Length < key.Length) : s_machineBuses.Contains(stem) && stem.Length < key.Length;
    }

    /// <summary>The volume (or file) a value names: its first part, with or without the key.</summary>
    public static string VolumeOf(string value) => Get(value, "file") ?? Get(value, "volume") ?? "";

    /// <summary>A part of the value; null asks for the part without a key.</summary>
    public static string? Get(string value, string key)
    {
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(value).Items)
        {
            if (entry.Key == key || (entry.Key is null && (key is "file" or "volume")))
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>The bytes that the <c>size</c> part says; 0 if there is none.</summary>
    public static long SizeOf(string value)
    {
        foreach (Range part in value.AsSpan().Split(','))
        {
            ReadOnlySpan<char> text = value.AsSpan()[part];
            if (text.StartsWith("size=", StringComparison.Ordinal))
            {
                return ParseSize(text["size=".Length..]);
            }
        }

        return 0;
    }

    /// <summary>Replaces or adds the <c>size</c> part.</summary>
    public static string WithSize(string value, long bytes) => With(value, "size", FormatSize(bytes));

    public static string With(string value, string key, string part)
    {
        PropertyStringEntries entries = PropertyStringEntries.Parse(value);
        for (int i = 0; i < entries.Items.Length; i++)
        {
            if (entries.Items[i].Key == key)
            {
                return entries.Replace(i, new PropertyStringEntry(key, part)).ToString();
            }
        }

        return entries.Append(new PropertyStringEntry(key, part)).ToString();
    }

    public static string WithVolume(string value, string volume)
    {
        PropertyStringEntries entries = PropertyStringEntries.Parse(value);
        return entries.Replace(0, new PropertyStringEntry(entries.Items[0].Key, volume)).ToString();
    }

    /// <summary>Reads <c>32G</c>, <c>512M</c>, <c>1.5T</c> or plain bytes.</summary>
    public static long ParseSize(ReadOnlySpan<char> text)
    {
        int shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        ReadOnlySpan<char> number = shift == 0 ? text : text[..^1];
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) ? (long)(value * (1L << shift)) : 0;
    }

    /// <summary>Writes a size with the largest unit that needs no fraction.</summary>
    public static string FormatSize(long bytes)
    {
        (int shift, string unit) = bytes switch
        {
            0 => (0, ""),
            _ when bytes % (1L << 30) == 0 => (30, "G"),
            _ when bytes % (1L << 20) == 0 => (20, "M"),
            _ => (10, "K"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1L << shift) - 1) >> shift}{unit}");
    }
}
