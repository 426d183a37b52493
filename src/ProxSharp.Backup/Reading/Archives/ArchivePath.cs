using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Paths in archives: bytes, with slashes between names.</summary>
internal static class ArchivePath
{
    // Each entry has its own path, and that of each directory above it is kept: a small archive of nothing but deep directories must not need much memory.
    private const int MostBytes = CatalogFormat.MaxPathLength;

    /// <exception cref="ProxmoxProtocolException">The path becomes longer than what is put together here.</exception>
    public static byte[] Join(ReadOnlySpan<byte> parent, PxarName name)
    {
        if (parent.Length + 1 + name.Span.Length > MostBytes)
            throw new ProxmoxProtocolException(FormattableString.Invariant($"The archive has a path of more than {MostBytes} bytes."));
        return parent.IsEmpty ? name.Span.ToArray() : [.. parent, (byte)'/', .. name.Span];
    }

    /// <summary>As patterns want it: from the root, with a slash at the start.</summary>
    public static byte[] Rooted(ReadOnlySpan<byte> path) => [(byte)'/', .. path];

    /// <summary>Bytes of what a user wrote, without needless slashes; <c>\xNN</c> is a byte, <c>\\</c> a backslash.</summary>
    public static byte[] Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return PxarName.Unescape(string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Whether a path lies in a directory, at any depth. Everything lies in the root.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty || (path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory));
}
