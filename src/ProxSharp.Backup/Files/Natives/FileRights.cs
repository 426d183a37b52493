using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>Gives a file that takes the place of another one the rights of that.</summary>
internal static class FileRights
{
    private static readonly byte[] s_acl = [.. "system.posix_acl_access\0"u8];

    /// <summary>
    /// Copies extended attributes as far as that is allowed, the ACL and the mode. The new file has its owner, and no content yet. The mode alone would open it
    /// to others: with an ACL its group bits are the most that anybody named there gets, and not what the group may.
    /// </summary>
    /// <param name="from">The file that is replaced; no link.</param>
    /// <param name="to">The new file, which nobody may read who could not read the old one.</param>
    /// <exception cref="IOException">The ACL cannot be kept.</exception>
    internal static void Copy(string from, SafeFileHandle to)
    {
        if (Libc.IsSupported)
        {
            byte[] path = Libc.Text(Encoding.UTF8.GetBytes(from));
            // A mode that forbids writing would forbid these.
            CopyXattrs(from, path, to);
            CopyAcl(path, to);
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    private static void CopyAcl(byte[] path, SafeFileHandle to)
    {
        byte[]? acl = Read(path, s_acl);
        int error = acl is null ? Marshal.GetLastPInvokeError() : 0;
        // Without one the directory may still have given its default ACL to the new file.
        bool isKept = acl is not null ? Libc.SetXattr(to, s_acl, acl, acl.Length, 0) == 0
            : (error == Errno.NoData || Errno.IsUnsupported(error)) && (Libc.GetXattr(to, s_acl, default, 0) <= 0 || Libc.RemoveXattr(to, s_acl) == 0);
        if (!isKept)
            throw new IOException($"its ACL cannot be kept: {Descriptor.Describe(error != 0 && error != Errno.NoData ? error : Marshal.GetLastPInvokeError())}");
    }

    private static void CopyXattrs(string from, byte[] path, SafeFileHandle to)
    {
        if (OpenFile.TryOpen(from, Libc.ReadOnly | Libc.NonBlocking) is not { } file)
            return;
        using (file)
        {
            foreach (byte[] name in XattrNames.List(file) ?? [])
            {
                if (!name.AsSpan().SequenceEqual(s_acl) && Read(path, name) is { } value)
                    _ = Libc.SetXattr(to, name, value, value.Length, 0);
            }
        }
    }

    private static byte[]? Read(byte[] path, byte[] name)
    {
        nint length = Libc.GetXattr(path, name, default, 0);
        if (length < 0)
            return null;
        byte[] value = new byte[length];
        return Libc.GetXattr(path, name, value, length) == length ? value : null;
    }
}
