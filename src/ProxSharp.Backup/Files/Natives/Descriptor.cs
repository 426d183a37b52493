using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>An open file or directory of Linux. Names are opened below a directory, one at a time, and links are never followed.</summary>
internal sealed class Descriptor : SafeHandle
{
    private Descriptor(int handle)
        : base(-1, ownsHandle: true) => SetHandle(handle);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for paths below /proc/self/fd.</summary>
    internal int Number => (int)handle;

    /// <summary>This file as a path, which even calls that want paths do not follow elsewhere.</summary>
    internal byte[] ProcPath => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Number}\0"));

    /// <summary>Opens a path, with links on the way.</summary>
    internal static Descriptor Open(string path, int flags)
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(path), 0];
        int handle;
        do
            handle = Libc.Open(text, flags | Libc.CloseOnExec, 0);
        while (handle < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        return handle >= 0 ? new(handle) : throw Failure(path, "open");
    }

    /// <summary>Opens what a name stands for in this directory, but no link.</summary>
    /// <returns>Null on failure; the last error of the platform says why.</returns>
    internal Descriptor? TryOpen(PxarName name, int flags, uint mode = 0) => TryOpenTarget(name, flags | Libc.NoFollow, mode);

    /// <summary>Opens what a name leads to, through links.</summary>
    /// <returns>Null on failure; the last error of the platform says why.</returns>
    internal Descriptor? TryOpenTarget(PxarName name, int flags, uint mode = 0)
    {
        byte[] text = Libc.Text(name.Span);
        int handle;
        do
            handle = Libc.OpenAt(this, text, flags | Libc.CloseOnExec, mode);
        while (handle < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        return handle >= 0 ? new(handle) : null;
    }

    /// <summary>Reads what statx says about this file.</summary>
    internal StatxBuffer Stat()
    {
        bool added = false;
        try
        {
            DangerousAddRef(ref added);
            return Libc.Statx(Number, "\0"u8, Libc.EmptyPath, out StatxBuffer buffer) == 0 ? buffer : throw Failure("", "read the state of");
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <summary>Reads what statx says about a name in this directory; links are not followed.</summary>
    internal bool TryStat(PxarName name, out StatxBuffer buffer)
    {
        bool added = false;
        try
        {
            DangerousAddRef(ref added);
            return Libc.Statx(Number, Libc.Text(name.Span), Libc.SymlinkNoFollow, out buffer) == 0;
        }
        finally
        {
            if (added)
                DangerousRelease();
        }
    }

    /// <summary>The last error of the platform, as an exception.</summary>
    internal static FileTreeException Failure(string path, string action)
    {
        int error = Marshal.GetLastPInvokeError();
        string what = path.Length == 0 ? "an entry" : $"\"{path}\"";
        return new(Errno.ToFault(error), path, $"Unable to {action} {what}: {Describe(error)}.", new Win32Exception(error));
    }

    /// <summary>What an error means, in the words of the platform.</summary>
    internal static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error).TrimEnd('.') is var text && text.Length > 0
        ? char.ToLowerInvariant(text[0]) + text[1..]
        : "unknown error";

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;
}
