namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>The numbers of the format.</summary>
internal static class CatalogFormat
{
    internal const int RootPointerSize = sizeof(ulong);

    /// <summary>Names are shorter than this.</summary>
    internal const int MaxNameLength = 4096;

    /// <summary>
    /// The longest path that is made of names: 64 KiB, sixteen times what systems take. Each entry in a deep directory has a path of its own.
    /// </summary>
    internal const int MaxPathLength = 64 << 10;

    /// <summary>The longest a variable-length number gets: 64 bits in groups of seven, and the closing byte of a negative one.</summary>
    internal const int MaxNumberSize = 11;

    /// <summary>Kind, length of the name and one byte of name.</summary>
    internal const int MinEntrySize = 3;

    /// <summary>The first eight bytes of a catalog.</summary>
    internal static ReadOnlySpan<byte> Magic => [0x91, 0xfd, 0x60, 0xf9, 0xc4, 0x67, 0x58, 0xd5];

    internal static ProxmoxProtocolException Malformed(long offset, string what) => new(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The catalog is damaged at byte {offset}: {what}."))
    {
        Offset = offset,
    };
}
