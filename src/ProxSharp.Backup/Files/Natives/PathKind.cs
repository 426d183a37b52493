using System.Runtime.InteropServices;
using System.Text;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>Looks at what a path leads to before it is opened: opening a pipe waits for its other end, and nothing can stop that.</summary>
internal static class PathKind
{
    /// <summary>The type of a directory.</summary>
    internal const uint Folder = 0x4000;

    private const uint TypeMask = 0xF000;
    private const uint Pipe = 0x1000;
    private const uint CharacterDevice = 0x2000;
    private const uint BlockDevice = 0x6000;
    private const uint Regular = 0x8000;
    private const uint Socket = 0xC000;
    private const int CanRead = 1;
    private const long PipeFileSystem = 0x50495045;

    /// <summary>Whether it is a pipe, or a device without a size, such as a terminal. Only known on Linux.</summary>
    internal static bool IsStream(string path) => TypeOf(path) is Pipe or CharacterDevice;

    /// <summary>Whether it is a pipe that has a name in a directory. What a shell hands over as <c>/dev/fd/63</c> has none, and opens at once.</summary>
    internal static bool IsNamedPipe(string path)
    {
        if (TypeOf(path) != Pipe)
            return false;
        using Descriptor place = Descriptor.Open(path, Libc.PathOnly);
        long[] about = new long[16];
        return Libc.FileSystem(place, about) == 0 && about[0] != PipeFileSystem;
    }

    /// <summary>Whether it is a device or a socket: what comes from these need not have an end. Only known on Linux.</summary>
    internal static bool IsDevice(string path) => TypeOf(path) is CharacterDevice or BlockDevice or Socket;

    /// <summary>Whether it is listed as a file. Some in <c>/proc</c> and <c>/sys</c> have no end all the same. Only known on Linux.</summary>
    internal static bool IsRegular(string path) => TypeOf(path) == Regular;

    /// <summary>Whether reading an open file would wait until somebody writes. Files that are stored somewhere never do. Only known on Linux.</summary>
    internal static bool WouldWait(SafeHandle file)
    {
        if (!Libc.IsSupported)
            return false;
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Libc.Poll([(int)file.DangerousGetHandle(), CanRead], 1, 0) == 0;
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    /// <summary>Whether something kept a path from being looked at, such as missing rights: it need not be absent. Only known on Linux.</summary>
    internal static bool IsHidden(string path) => ErrorOf(path) is not (0 or Errno.NoEntry or Errno.NotDirectory);

    /// <summary>Whether links on the way to it lead back to themselves. Only known on Linux.</summary>
    internal static bool IsLoop(string path) => ErrorOf(path) == Errno.Loop;

    /// <summary>What a type is called.</summary>
    internal static string Describe(uint type) => type switch
    {
        Pipe => "a named pipe",
        CharacterDevice or BlockDevice => "a device",
        Socket => "a socket",
        Regular => "a file",
        Folder => "a directory",
        _ => "something unknown",
    };

    /// <summary>The type in the mode of an open file; 0 if it is not known.</summary>
    internal static uint TypeOf(SafeHandle file)
    {
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Libc.Statx((int)file.DangerousGetHandle(), "\0"u8, Libc.EmptyPath, out StatxBuffer stat) == 0 ? stat.Mode & TypeMask : 0;
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    /// <summary>The type in the mode of what a path leads to; 0 if there is nothing, or it is not known.</summary>
    internal static uint TypeOf(string path) =>
        Libc.IsSupported && Libc.Statx(Libc.CurrentDirectory, Libc.Text(Encoding.UTF8.GetBytes(path)), 0, out StatxBuffer stat) == 0
            ? stat.Mode & TypeMask
            : 0;

    private static int ErrorOf(string path) =>
        Libc.IsSupported && Libc.Statx(Libc.CurrentDirectory, Libc.Text(Encoding.UTF8.GetBytes(path)), 0, out _) != 0 ? Marshal.GetLastPInvokeError() : 0;
}
