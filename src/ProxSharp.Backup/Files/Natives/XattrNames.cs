using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>The names of the extended attributes of an open file or directory.</summary>
internal static class XattrNames
{
    private const int MaxLength = 1 << 20;

    /// <summary>Lists them, each with its closing NUL.</summary>
    /// <returns>Null if the system refuses; the last error says why.</returns>
    internal static List<byte[]>? List(SafeHandle handle)
    {
        Span<byte> buffer = stackalloc byte[512];
        while (true)
        {
            nint length = Libc.ListXattrs(handle, buffer, buffer.Length);
            if (length >= 0)
                return Split(buffer[..(int)length]);
            if (Marshal.GetLastPInvokeError() != Errno.Range || buffer.Length >= MaxLength)
                return null;
            buffer = new byte[buffer.Length * 8];
        }
    }

    private static List<byte[]> Split(ReadOnlySpan<byte> names)
    {
        List<byte[]> list = [];
        while (names.IndexOf((byte)0) is var end and >= 0)
        {
            list.Add(names[..(end + 1)].ToArray());
            names = names[(end + 1)..];
        }

        return list;
    }
}
