using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>Opens paths with flags that .NET does not offer.</summary>
internal static class OpenFile
{
    private const uint Regular = 0x8000;

    /// <summary>
    /// Opens a file of a datastore to read it. What lies in its place need not be a file: a pipe would be waited for, and a device may act on being opened.
    /// </summary>
    /// <exception cref="ProxmoxProtocolException">There is something else.</exception>
    internal static SafeFileHandle Read(string path)
    {
        uint type = PathKind.TypeOf(path);
        RequireRegular(path, type);
        if (type == 0 && PathKind.IsLoop(path))
            throw new ProxmoxProtocolException($"{path} is a link that leads to no end, and no file of a datastore. Remove it, and bring the file back from a copy.");
        if (!Libc.IsSupported || TryOpen(path, Libc.ReadOnly | Libc.NonBlocking) is not { } file)
            return File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            // It may have been replaced between the look and the opening.
            RequireRegular(path, PathKind.TypeOf(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a path, with links on the way.</summary>
    /// <returns>Null on failure; the last error of the platform says why.</returns>
    internal static SafeFileHandle? TryOpen(string path, int flags)
    {
        int handle;
        do
            handle = Libc.Open(Libc.Text(Encoding.UTF8.GetBytes(path)), flags | Libc.CloseOnExec, 0);
        while (handle < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        return handle >= 0 ? new(handle, ownsHandle: true) : null;
    }

    // Nothing there is for the opening to tell.
    private static void RequireRegular(string path, uint type)
    {
        if (type is not (0 or Regular))
            throw new ProxmoxProtocolException($"{path} is {PathKind.Describe(type)}, and no file of a datastore. Remove it, and bring the file back from a copy.");
    }
}
